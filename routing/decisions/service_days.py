"""That a number is out of service on a day, in a sentence."""

import datetime as dt

from django.utils.translation import gettext as _

from numbers.models import GeographicNumber
from vms_portal.kernel.formatting import day_words, display


def out_of_service(number: GeographicNumber, day: dt.date) -> str:
    """Return since or until when no call of a number comes here; "" in service."""
    if number.is_in_service_on(day):
        return ""
    if number.released_on is not None and number.released_on < day:
        values = {"day": day_words(number.released_on)}
        text = _("%(number)s ended on %(day)s: its calls no longer come here.")
    else:
        values = {"day": day_words(number.activated_on)}
        text = _("%(number)s begins on %(day)s: its calls do not come here before.")
    return text % {**values, "number": display(number.e164)}
