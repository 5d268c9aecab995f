"""Pages of customers and people."""

from django.urls import path

from tenants.views import customers

app_name = "tenants"
urlpatterns = [
    path("customers/switch/", customers.customer_switch, name="customer_switch"),
]
