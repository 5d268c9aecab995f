"""The style guide; included only with ``VMS_DEMO=1``."""

from django.urls import path

from demo.styleguide import style_guide

urlpatterns = [path("", style_guide, name="style_guide")]
