"""``{% csrf_token %}``, which says as well what customer the form was made for.

Built in for every template (settings.TEMPLATES): a form that could be sent cannot
leave its customer out.
"""

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from vms_portal.kernel.context import customer_of

register = template.Library()
FIELD = "for_customer"


class FormTokenNode(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        token = SafeString(super().render(context))
        # Parts included with "only" keep the request of their page.
        customer = customer_of(getattr(context, "request", None))
        if not token or not customer:
            return token
        hidden = '{}<input type="hidden" name="{}" value="{}">'
        return format_html(hidden, token, FIELD, customer)


@register.tag
def csrf_token(parser: Parser, token: Token) -> FormTokenNode:
    return FormTokenNode()
