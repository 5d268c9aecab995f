"""Prices, what customers ordered, and the documents issued to them."""

from billing.models.charges import ContractOption, OneOff, Order
from billing.models.close import CustomerMonth
from billing.models.corrections import Correction
from billing.models.documents import FileKind
from billing.models.files import StoredFile
from billing.models.invoice import Invoice, InvoiceLine, InvoiceSeries, InvoiceVat
from billing.models.prices import Indexation, PriceList, Promotion, SubscriptionQuote
from billing.models.summary import Agreement, ContractSummary

__all__ = [
    "Agreement",
    "ContractOption",
    "ContractSummary",
    "Correction",
    "CustomerMonth",
    "FileKind",
    "Indexation",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "InvoiceVat",
    "OneOff",
    "Order",
    "PriceList",
    "Promotion",
    "StoredFile",
    "SubscriptionQuote",
]
