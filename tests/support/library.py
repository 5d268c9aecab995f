"""The addresses of the library."""

from django.urls import reverse


def url(name, *args):
    return reverse(f"routing:{name}", args=args)
