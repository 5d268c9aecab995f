"""The back office's pages of prices, contracts, orders, closes and documents."""

from billing.admin.closing import CustomerMonthAdmin
from billing.admin.contracts import PricedContractAdmin
from billing.admin.corrections import CorrectionAdmin
from billing.admin.invoices import InvoiceAdmin
from billing.admin.orders import OrderAdmin
from billing.admin.prices import PriceListAdmin
from billing.admin.summaries import ContractSummaryAdmin

__all__ = [
    "ContractSummaryAdmin",
    "CorrectionAdmin",
    "CustomerMonthAdmin",
    "InvoiceAdmin",
    "OrderAdmin",
    "PriceListAdmin",
    "PricedContractAdmin",
]
