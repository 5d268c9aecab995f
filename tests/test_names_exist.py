"""Names that stand as text fail here when nothing bears them.

``{% url ... as x %}`` and a template's variable are silent in Django.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.urls import get_resolver

from demo import urls, urls_styleguide
from tests.support.strict_templates import OURS, UnknownVariable

APPS = (
    "billing",
    "contracts",
    "demo",
    "numbers",
    "routing",
    "tenants",
    "traffic",
    "vms_portal",
)
IN_TEMPLATE = re.compile(r"""\{%\s*url\s+["']([\w:.-]+)["']""")
IN_PYTHON = re.compile(
    r"""\b(?:reverse|reverse_lazy|redirect)\(\s*["']([\w:.-]+)["']"""
)


def known_names() -> set[str]:
    names: set[str] = set()
    for process in ("portal", "backoffice", "network"):
        _collect(get_resolver(f"vms_portal.urls.{process}"), "", names)
    return names


def _collect(resolver, prefix: str, names: set[str]) -> None:
    names.update(f"{prefix}{key}" for key in resolver.reverse_dict if key)
    for name, (_path, below) in resolver.namespace_dict.items():
        _collect(below, f"{prefix}{name}:", names)


def named(pattern: re.Pattern[str], files: list[Path]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in files:
        for name in pattern.findall(file.read_text()):
            found.setdefault(name, set()).add(file.name)
    return found


def unknown(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the names that nothing bears; of one to be added to, such beginnings."""
    known = known_names() | names_of_the_demo()
    return {
        name: files
        for name, files in found.items()
        if name not in known
        and not (name.endswith("_") and any(k.startswith(name) for k in known))
    }


def names_of_the_demo() -> set[str]:
    """Pages of the demo exist with ``VMS_DEMO`` only; here their names count."""
    named_ones = {f"demo:{pattern.name}" for pattern in urls.urlpatterns}
    return named_ones | {str(pattern.name) for pattern in urls_styleguide.urlpatterns}


def test_every_page_named_in_a_template_exists():
    files = sorted(Path(OURS).rglob("*.html"))
    found = named(IN_TEMPLATE, files)
    assert len(found) > 80
    assert unknown(found) == {}


def test_every_page_named_in_code_exists():
    files = [f for app in APPS for f in (settings.BASE_DIR / app).rglob("*.py")]
    found = named(IN_PYTHON, files)
    assert len(found) > 20
    assert unknown(found) == {}


def test_a_misspelt_page_is_found(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '{% url "numbers:number_lits" as here %}{{ here }}'
        '{% url "billing:invioce_"|add:kind 1 %}'
        '{% url "billing:invoice_"|add:kind 1 %}'
    )
    found = unknown(named(IN_TEMPLATE, [page]))
    assert set(found) == {"numbers:number_lits", "billing:invioce_"}


def test_a_misspelt_variable_of_ours_fails(tmp_path, monkeypatch):
    from tests.support import strict_templates

    monkeypatch.setattr(strict_templates, "OURS", "<unknown source>")
    template = engines["django"].from_string("{{ numbr.e164 }}")
    with pytest.raises(UnknownVariable, match=r"numbr\.e164"):
        template.render({})
    monkeypatch.setattr(strict_templates, "OURS", OURS)
    assert template.render({}) == ""
    assert engines["django"].from_string("{% if absent %}x{% endif %}").render({}) == ""
