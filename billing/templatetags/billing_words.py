"""Codes of prices in words, for templates."""

from django import template

from billing.wording import code_words

register = template.Library()
register.filter("code_words", code_words)
