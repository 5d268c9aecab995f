"""``{% csrf_token %}``, which says as well for what customer and person a form is.

Built in for every template (settings.TEMPLATES): a form that could be sent cannot
leave them out.
"""

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from vms_portal.kernel.web.context import FIELD, PERSON, customer_of, person_of

register = template.Library()


class FormTokenNode(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        token = SafeString(super().render(context))
        # Parts included with "only" keep the request of their page.
        request = getattr(context, "request", None)
        made_for = {FIELD: customer_of(request), PERSON: person_of(request)}
        hidden = '<input type="hidden" name="{}" value="{}">'
        known = [pair for pair in made_for.items() if token and pair[1]]
        return token + format_html_join("", hidden, known)


@register.tag
def csrf_token(parser: Parser, token: Token) -> FormTokenNode:
    return FormTokenNode()
