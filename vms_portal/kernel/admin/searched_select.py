"""A list that is searched while one types, valid before anything is chosen."""

import re
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect

KEY = re.compile(r"[0-9]{1,18}")


class SearchedSelect(AutocompleteSelect):
    """Also begins with an empty option where a choice is required, as HTML asks.

    What was sent is shown again, also when it is no key: then nothing is chosen.
    """

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        keys = [key for key in value if KEY.fullmatch(str(key))]
        groups = super().optgroups(name, keys, attrs)
        if self.is_required:
            groups[0][1].insert(0, self.create_option(name, "", "---------", False, 0))
        return groups


def use_in_admin() -> None:
    """Have Django's admin take it for every ``autocomplete_fields``."""
    from django.contrib.admin import options

    options.AutocompleteSelect = SearchedSelect  # type: ignore[attr-defined]  # imported
