"""The check of the translations sees what an extraction may not."""

from vms_portal.devstack.translations import in_f_strings

SOURCE = """
said = _("plain")
shown = f"{_('hidden')} and {names[_('in a key')]}"
kind = f"{_(step.name)}"
many = f"{ngettext('%(n)s day', '%(n)s days', 2)}"
"""


def test_a_text_in_an_f_string_is_found():
    assert in_f_strings(SOURCE) == [3, 3, 5]
