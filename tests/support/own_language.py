"""A test begins in the language of commands, whatever the one before spoke."""

import pytest
from django.conf import settings
from django.utils import translation


@pytest.fixture(autouse=True)
def own_language():
    with translation.override(settings.LANGUAGE_CODE):
        yield
