"""Pages of billing."""

from django.urls import path

from billing.models import FileKind
from billing.views import invoices, panels, summaries

app_name = "billing"
urlpatterns = [
    path("invoices/", invoices.invoice_list, name="invoice_list"),
    path("invoices/<int:pk>/", invoices.invoice_detail, name="invoice_detail"),
    *(
        path(
            f"invoices/<int:pk>/{kind}/",
            invoices.invoice_file,
            {"kind": kind},
            name=f"invoice_{kind}",
        )
        for kind in FileKind.values
    ),
    path("contracts/", summaries.contract_list, name="contract_list"),
    path("summaries/<int:pk>/", summaries.summary_detail, name="summary_detail"),
    path("summaries/<int:pk>/pdf/", summaries.summary_pdf, name="summary_pdf"),
    path("summaries/<int:pk>/agree/", summaries.summary_agree, name="summary_agree"),
    path("billing/panel/", panels.home_panel, name="home_panel"),
    path("billing/estimate/", panels.estimate, name="estimate"),
]
