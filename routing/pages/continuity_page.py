"""What the phone page and the Voice Continuity switches show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from numbers.models import GeographicNumber
from routing import selectors
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import WhereNow, where_now_many
from routing.forms.continuity import PhoneForm, RedirectionForm
from routing.models import Redirection
from routing.pages.switched import WHEN
from routing.plan.display_names import Names
from routing.words.destinations import words
from tenants.models import Member

Kind = Redirection.Kind


@dataclass(frozen=True, slots=True)
class Card:
    """One number on the phone page. ``is_on``: its calls go elsewhere now."""

    number: GeographicNumber
    where: WhereNow
    is_on: bool
    form: PhoneForm


@dataclass(frozen=True, slots=True)
class Switch:
    """One redirection of a Voice Continuity number, prepared or not."""

    redirection: Redirection
    is_on: bool
    form: RedirectionForm
    names: Names

    @property
    def when(self) -> str:
        """In which case calls take it."""
        return str(WHEN[self.redirection.kind])

    @property
    def words(self) -> str:
        """Where it leads, and its backup, for reading."""
        places = [self.redirection.destination, self.redirection.backup]
        names = [words(place, self.names) for place in places if place]
        return _(", then ").join(names)


def cards(
    member: Member,
    numbers: Sequence[GeographicNumber],
    customer: CustomerRouting,
    sent: tuple[int, PhoneForm] | None = None,
) -> list[Card]:
    """Return the cards of ``numbers``; ``sent`` is a form that was refused."""
    states = where_now_many(numbers, customer)
    forms = phone_forms(member, numbers, customer)
    if sent is not None:
        forms[sent[0]] = sent[1]
    return [
        Card(
            number=number,
            where=states[number.pk],
            is_on=states[number.pk].is_temporary,
            form=forms[number.pk],
        )
        for number in numbers
    ]


def phone_forms(
    member: Member,
    numbers: Sequence[GeographicNumber],
    customer: CustomerRouting,
    data: Any = None,
) -> dict[int, PhoneForm]:
    """Return the form of each number, the likeliest destination first."""
    last = selectors.last_destinations(member, numbers)
    shared = selectors.shared_destinations(member, customer)
    forms = {}
    for number in numbers:
        prepared = customer.redirections(number).get(Kind.CFU)
        first = [prepared.destination] if prepared else []
        first += [last[number.pk]] if number.pk in last else []
        own = {number.e164, f"site:{number.site.slug}"}
        first = [item for item in first if customer.may_send_to(item)]
        offered = [item for item in [*first, *shared] if item not in own]
        forms[number.pk] = PhoneForm(
            data,
            tenant=member.tenant,
            destinations=[*offered, "line"],
            names=customer.names,
            prefix=f"n{number.pk}",
        )
    return forms


def switches(
    number: GeographicNumber,
    member: Member,
    customer: CustomerRouting,
    sent: Mapping[str, RedirectionForm] | None = None,
) -> list[Switch]:
    """Return the four redirections of a number, in the order of their kinds."""
    set_up = customer.redirections(number)
    offered = selectors.offered_destinations(member, [number], customer)
    made = []
    for kind in Kind.values:
        redirection = set_up.get(kind) or blank(number, kind)
        form = (sent or {}).get(kind) or RedirectionForm(
            tenant=member.tenant,
            destinations=offered,
            names=customer.names,
            redirection=redirection,
            may_send_to=customer.as_of_service(number).may_send_to,
        )
        is_on = redirection.is_in_force(customer.now)
        made.append(Switch(redirection, is_on, form, customer.names))
    return made


def blank(number: GeographicNumber, kind: str) -> Redirection:
    """Return a redirection nobody prepared yet."""
    return Redirection(tenant=number.tenant, number=number, kind=kind)
