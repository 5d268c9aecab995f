"""The label of a number, in a list and by itself once it was changed."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from numbers.models import GeographicNumber
from vms_portal.kernel.templatetags.look import icon

register = template.Library()


@register.simple_tag
def number_label(
    number: GeographicNumber, edit_url: str = "", edit_words: str = ""
) -> SafeString:
    """With the button that changes it, for who may and has its address.

    Not a template: a list has fifty, and each would cost it a tenth of a millisecond.
    """
    button: SafeString | str = ""
    if edit_url:
        button = format_html(
            '<a class="btn btn-quiet btn-sm btn-icon" href="{url}" hx-get="{url}"'
            ' hx-target="#label-{key}" hx-swap="outerHTML" aria-label="{words}">{icon}</a>',
            url=edit_url,
            key=number.pk,
            words=edit_words,
            icon=icon("pencil"),
        )
    return format_html(
        '<span class="text-break" id="label-{}">{} {}</span>',
        number.pk,
        number.label or "–",
        button,
    )
