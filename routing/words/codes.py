"""The sentences of the engine's codes, in English, marked for translation.

What a kind of step decides and how it ends stands with the kind (``routing.steps``).
"""

from django.utils.translation import gettext_noop as _n

PROBLEMS = {
    "unknown_schema": _n("This document's schema is not known: write schema 1."),
    "no_entry": _n("The entry names no step: choose the step calls start with."),
    "unknown_type": _n("Step %(step)s has an unknown type: choose one of the list."),
    "missing_exit": _n(
        "Step %(step)s has no exit “%(exit)s”: say where the call goes then."
    ),
    "unknown_exit": _n("Step %(step)s cannot have an exit “%(exit)s”: remove it."),
    "dangling_exit": _n(
        "Exit “%(exit)s” of step %(step)s leads nowhere: choose an existing step."
    ),
    "loop": _n("Step %(step)s can lead back to itself: break the loop."),
    "loop_across_numbers": _n(
        "Sending to %(destination)s creates a loop between your numbers: "
        "choose another destination here or there."
    ),
    "unreachable_step": _n(
        "No call can reach step %(step)s: lead an exit to it or remove it."
    ),
    "too_many_steps": _n(
        "The document has %(steps)s steps, %(most)s at most: remove some."
    ),
    "too_many_hops": _n(
        "Sending to %(destination)s can pass the call on more than 12 times: "
        "shorten the chain of numbers."
    ),
    "shares_not_100": _n(
        "The shares of step %(step)s must be whole numbers that total 100."
    ),
    "forbidden_destination": _n(
        "%(destination)s is not a destination calls may go to: choose another."
    ),
    "suspended_destination": _n(
        "%(destination)s is suspended and takes no calls: choose another destination."
    ),
    "unknown_site": _n("There is no site “%(site)s”: choose an existing one."),
    "unknown_calendar": _n(
        "There is no calendar “%(calendar)s”: choose an existing one for step %(step)s."
    ),
    "unknown_announcement": _n(
        "There is no announcement “%(announcement)s”: choose an existing one "
        "for step %(step)s."
    ),
    "empty_announcement": _n(
        "The announcement of step %(step)s is empty: give it something to say."
    ),
    "unknown_queue": _n(
        "There is no queue “%(queue)s”: choose an existing one for step %(step)s."
    ),
    "self_forward": _n(
        "%(destination)s is this number itself: use its own line instead."
    ),
    "ring_out_of_range": _n("A phone rings 5 to 60 seconds, not %(seconds)s."),
    "ring_budget_exceeded": _n(
        "A caller can hear %(seconds)s seconds of ringing, %(most)s at most: "
        "shorten step %(step)s first."
    ),
    "label_too_long": _n("A label has %(most)s characters at most: shorten it."),
    "bad_calendar": _n("The calendar cannot be read at %(path)s."),
    "bad_field": _n("Step %(step)s: field “%(field)s” is missing or wrong."),
    "bad_input": _n("The input cannot be read at %(path)s."),
}

REASONS = {
    "loop_across_numbers": {
        "safety": _n(
            "Sending to %(destination)s creates a loop: calls that nobody takes there "
            "go to the safety destination, which is this number. Choose another "
            "safety destination first."
        ),
    },
    "forbidden_destination": {
        "malformed": _n(
            "“%(destination)s” is not a destination: write line, site: and its "
            "name, or a number such as +3225501234."
        ),
        "emergency": _n(
            "%(destination)s is an emergency number: calls may never go there."
        ),
        "short_code": _n(
            "%(destination)s is a short number: write a whole one, such as "
            "0470 11 22 33."
        ),
        "unknown_site": _n(
            "%(destination)s is not one of your sites, or has no line: choose another."
        ),
        "company": _n(
            "%(destination)s is a company's number for a whole country, at a price "
            "nobody knows beforehand: calls may never go there. Choose a number of "
            "one of its offices."
        ),
        "free_abroad": _n(
            "%(destination)s is free in its own country only: calls may never go "
            "there. Choose an ordinary number."
        ),
        "premium": _n("%(destination)s is a paid service: calls may never go there."),
        "personal": _n(
            "%(destination)s is a personal number: calls may never go there."
        ),
        "global_service": _n(
            "%(destination)s belongs to no country: calls may never go there."
        ),
        "unknown": _n(
            "%(destination)s is in a range nobody assigned: check the number."
        ),
        "satellite": _n("%(destination)s is a satellite: calls may never go there."),
        "international": _n(
            "%(destination)s is abroad: ask us to open this country for you."
        ),
        "loop_across_numbers": _n(
            "%(destination)s sends its calls back, so that they would go round: choose "
            "another destination here or there."
        ),
        "too_many_hops": _n(
            "%(destination)s can pass the call on more than 12 times: shorten the "
            "chain of numbers."
        ),
        "ended_number": _n(
            "%(destination)s was one of your numbers and has ended: choose another "
            "destination."
        ),
        "suspended_destination": _n(
            "%(destination)s is suspended and takes no calls: choose another "
            "destination."
        ),
        "self_forward": _n(
            "%(destination)s is this number itself: use its own line instead."
        ),
        "not_prepared": _n(
            "No calls went to %(destination)s before: an editor or an administrator "
            "uses it first. Choose one of the list."
        ),
        "not_shown": _n(
            "%(destination)s is not among the sites and numbers you see: choose one "
            "of the list, or ask an administrator."
        ),
        "own_number": _n(
            "%(destination)s is one of your own numbers, whose calls would come back "
            "to it: choose a site or another number."
        ),
        "freephone": _n("%(destination)s is an 0800 number: opt in to 0800 first."),
        "shared_cost": _n("%(destination)s is an 078 number: opt in to 078 first."),
    },
    "bad_calendar": {
        "zone": _n("The time zone is not known: write one such as Europe/Brussels."),
        "mode": _n("The mode must be auto, force_open or force_closed."),
        "holidays": _n("The set of holidays is not known: write BE or nothing."),
        "day": _n("The days of the week are mon, tue, wed, thu, fri, sat and sun."),
        "time": _n("Write times as 08:30; 24:00 may only be an end."),
        "hours": _n("Write hours as a list of pairs of a start and an end."),
        "date": _n("Write a date, or from and to, as 2026-12-24."),
        "to_before_from": _n("The last day lies before the first."),
        "two_specials": _n("Two special entries fall on one date: keep one."),
    },
    "bad_field": {
        "confirm": _n("%(path)s: confirm is true or false, confirm_s 5 to 20 seconds."),
    },
    "bad_input": {
        "not_an_object": _n("%(path)s must be an object."),
        "not_a_list": _n("%(path)s must be a list."),
        "not_text": _n("%(path)s must be text."),
        "not_a_boolean": _n("%(path)s must be true or false."),
        "not_a_prefix": _n("%(path)s must be a prefix of numbers such as +3247."),
        "not_e164": _n("%(path)s must be a number such as +3225501234."),
        "not_whole": _n("%(path)s must be a whole number of seconds."),
        "no_number": _n("The input does not say which number is called."),
        "no_call": _n("The input does not describe the call."),
        "no_destination": _n("%(path)s has no destination."),
        "unknown_option": _n("The option is CLASSIC, DRS or VOICE_CONTINUITY."),
        "document_or_destination": _n(
            "A continuity plan has either a document or a destination."
        ),
        "instant": _n("%(path)s must be a moment such as 2026-11-23T09:15:00+01:00."),
        "ordinal": _n("The ordinal is a number from 0, or one for each step."),
        "outcome": _n("“%(key)s” cannot end that way: the outcome is not known."),
    },
}

BECAUSE = {
    "suspended": _n("the number is suspended"),
    "blocked": _n("the caller is on the block list under %(prefix)s"),
    "blocked_withheld": _n("callers that withhold their number are blocked"),
    "allowed": _n("the caller is on the allow list under %(prefix)s"),
    "emergency": _n("a continuity plan is active: %(target)s"),
    "emergency_document": _n("a continuity plan is active"),
    "override": _n("the number is diverted: %(target)s"),
    "cfu": _n("every call is redirected: %(target)s"),
    "cfb": _n("the line was busy: redirected to %(target)s"),
    "cfnr": _n("the line did not answer: redirected to %(target)s"),
    "cfnrc": _n("the line could not be reached: redirected to %(target)s"),
    "line": _n("nothing redirects the call: the number's own line rings"),
    "safety": _n("nobody took the call: the safety destination %(target)s rings"),
    "too_many_hops": _n("the call was passed on more than 12 times"),
}

OUTCOMES = {
    "answered": _n("answered"),
    "unconfirmed": _n("nobody pressed 1"),
    "busy": _n("busy"),
    "no_answer": _n("no answer"),
    "unreachable": _n("unreachable"),
    "congestion": _n("congestion"),
    "rejected": _n("rejected"),
    "unallocated": _n("unallocated"),
    "failed": _n("failed"),
    "loop": _n("loop"),
    "abandoned": _n("the caller hung up"),
    "cancelled": _n("cancelled"),
}

FINAL = _n("The caller heard that nobody could take the call.")
CANCELLED = _n("%(destination)s stopped ringing, because another phone answered.")
TOO_FAR = _n("The call was not sent to %(destination)s: passed on too many times.")

RESULTS = {
    "answered": _n("The call was answered at %(destination)s."),
    "forwarded": _n("The call was answered at %(destination)s."),
    "voicemail": _n("The call ended in the voicemail of %(destination)s."),
    "abandoned": _n("The caller hung up."),
    "unanswered": _n("Nobody answered the call."),
    "hangup": _n("The call was ended by the plan."),
}

HOLIDAYS = {
    "new_year": _n("New Year's Day"),
    "easter_monday": _n("Easter Monday"),
    "labour_day": _n("Labour Day"),
    "ascension": _n("Ascension Day"),
    "whit_monday": _n("Whit Monday"),
    "national_day": _n("National Day"),
    "assumption": _n("Assumption Day"),
    "all_saints": _n("All Saints' Day"),
    "armistice": _n("Armistice Day"),
    "christmas": _n("Christmas Day"),
}

RULES = {
    "suspended": _n("Suspended number"),
    "block": _n("Refused callers"),
    "allow": _n("Callers always let through"),
    "emergency": _n("Continuity plan"),
    "override": _n("Diversion"),
    "cfu": _n("Redirection of every call"),
    "cfb": _n("Redirection when busy"),
    "cfnr": _n("Redirection without reply"),
    "cfnrc": _n("Redirection when not reachable"),
    "line": _n("The number's own line"),
    "safety": _n("Safety destination"),
    "final": _n("Final announcement"),
}
