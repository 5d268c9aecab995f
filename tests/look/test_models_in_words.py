"""What the back office calls a field is said in every language."""

import pytest
from django.apps import apps
from django.db import models
from django.utils.functional import Promise

OWN = ("billing", "contracts", "numbers")


@pytest.mark.parametrize("app", OWN)
def test_every_field_that_leads_elsewhere_has_words(app):
    """Without any Django makes them of the English name of the field."""
    bare = [
        str(field)
        for model in apps.get_app_config(app).get_models()
        if not model.__name__.startswith("Historical")
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
        and not isinstance(field._verbose_name, Promise)  # type: ignore[attr-defined]
    ]
    assert bare == []
