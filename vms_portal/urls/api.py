"""The API, version 1. What is not listed here does not exist."""

from django.urls import URLPattern, include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from billing.api import InvoiceViewSet
from routing.api import RoutedNumberViewSet
from traffic.api import CallViewSet

router = SimpleRouter()
router.register("numbers", RoutedNumberViewSet, basename="number")
router.register("invoices", InvoiceViewSet, basename="invoice")
router.register("calls", CallViewSet, basename="call")

# Views that are not a viewset: path(...) entries, named like "divert".
VIEWS: list[URLPattern] = []

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    *VIEWS,
    path("", include(router.urls)),
]
