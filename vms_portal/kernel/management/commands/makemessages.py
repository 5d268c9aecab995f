"""Django's makemessages, taught the short name of ``gettext_noop``."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Tables of sentences mark each with ``_n``, which xgettext does not know."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_n"]
