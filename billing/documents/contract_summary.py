"""The contract summary of Implementing Regulation (EU) 2019/2243, as PDF."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from billing.documents.parties import address_lines
from billing.documents.pdf import render_pdf
from billing.rating import codes
from billing.rating.money import to_cents
from vms_portal.operator import Operator

TEMPLATE_VERSION = "2026-12"
SMALLEST_FONT = 10.0  # points, Annex to the regulation
POINT_TOLERANCE = 0.05


class SummaryProblem(Exception):
    """The rendered summary breaks a rule of the regulation; the text says which."""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """``price`` in EUR excluding VAT; None means on quotation or on request."""

    label: str
    price: Decimal | None
    code: str = ""

    def including_vat(self, rate: Decimal) -> Decimal | None:
        """Return the price with VAT; below a cent, four decimals stay."""
        if self.price is None:
            return None
        gross = self.price * (100 + rate) / 100
        return gross if self.price < Decimal("0.10") else to_cents(gross)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price for reading, per ``unit``; empty ones are told by their group."""

    label: str
    price: str
    gross: str
    unit: str


@dataclass(frozen=True, slots=True)
class PriceGroup:
    """Prices under one heading; ``unpriced`` is said where there is none."""

    title: str
    rows: Sequence[PriceRow]
    unpriced: str


@dataclass(frozen=True, slots=True)
class ContractSummaryContent:
    """Everything the summary says that depends on the contract.

    ``numbers`` counts the geographic numbers per option name; ``vat_rate`` is in
    percent, None where no Belgian VAT is due.
    """

    reference: str
    customer: str
    language: str
    issued_on: dt.date
    channels: int
    numbers: Sequence[tuple[str, int]]
    monthly: Sequence[PriceLine]
    one_off: Sequence[PriceLine]
    options: Sequence[PriceLine]
    vat_rate: Decimal | None
    price_list: str


def headings() -> list[str]:
    """Return the regulation's headings in order, in the active language."""
    return [
        pgettext("heading of the document", "Contract summary"),
        _("Services and equipment"),
        _("Price"),
        _("Duration, renewal and termination"),
        _("Features for end-users with disabilities"),
        _("Other relevant information"),
    ]


def summary_html(content: ContractSummaryContent, operator: Operator) -> str:
    """Return the document in the customer's language."""
    total = sum(count for _name, count in content.numbers)
    operator = operator.in_language(content.language)
    with translation.override(content.language):
        context = {
            "content": content,
            "operator": operator,
            "address": ", ".join(address_lines(asdict(operator))),
            "headings": headings(),
            "groups": price_groups(content),
            "number_text": ngettext(
                "%(count)d geographic number", "%(count)d geographic numbers", total
            )
            % {"count": total},
        }
        return render_to_string("billing/documents/contract_summary.html", context)


def price_groups(content: ContractSummaryContent) -> list[PriceGroup]:
    """Return the prices under their headings, in the active language.

    Work on request stands apart from what is due with the contract.
    """
    rate = content.vat_rate
    due = [
        line for line in content.one_off if not line.code or codes.is_once(line.code)
    ]
    work = [line for line in content.one_off if line not in due]
    quotation, request = _("on quotation"), _("on request")
    groups = [
        PriceGroup(_("Every month"), _rows(content.monthly, rate), quotation),
        PriceGroup(_("Options, not included"), _rows(content.options, rate), request),
        PriceGroup(_("Once"), _rows(due, rate), quotation),
        PriceGroup(_("Further work, optional"), _rows(work, rate), quotation),
    ]
    return [group for group in groups if group.rows]


def _rows(lines: Sequence[PriceLine], rate: Decimal | None) -> list[PriceRow]:
    return [
        PriceRow(
            line.label,
            _amount(line.price),
            _amount(line.including_vat(rate or Decimal(0))),
            _unit(line.code) if line.price is not None else "",
        )
        for line in lines
    ]


def _unit(code: str) -> str:
    """Return what a price is for; of work no unit is told but the day."""
    if code == codes.CALL.name:
        return _("/call")
    if codes.unit_of(code) == "DAY":
        return _("/day")
    is_work = not code or code in codes.names_of(codes.Group.WORK)
    return "" if is_work else _("/month")


def _amount(value: Decimal | None) -> str:
    if value is None:
        return ""
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return number_format(value, decimal_pos=places, force_grouping=True)


def render_contract_summary(
    content: ContractSummaryContent, operator: Operator
) -> bytes:
    """Return the checked PDF; ``SummaryProblem`` when it breaks the regulation."""
    pdf = render_pdf(summary_html(content, operator))
    with translation.override(content.language):
        problems = check_summary(pdf, headings())
    if problems:
        raise SummaryProblem(" ".join(problems))
    return pdf


def check_summary(pdf: bytes, expected: Sequence[str]) -> list[str]:
    """Return what breaks the rules: one page, 10 pt or more, headings in order."""
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(pdf)).pages
    problems = []
    if len(pages) != 1:
        problems.append(f"The summary has {len(pages)} pages; the rule is one.")
    sizes: list[float] = []
    texts: list[str] = []

    def visit(text: str, cm: list, tm: list, font: object, size: float) -> None:
        if text.strip():
            sizes.append(abs(size * tm[3] * cm[3]))
            texts.append(text)

    for page in pages:
        page.extract_text(visitor_text=visit)
    if min(sizes, default=0.0) < SMALLEST_FONT - POINT_TOLERANCE:
        problems.append(f"The smallest letters are {min(sizes, default=0):.1f} pt.")
    flat = " ".join(" ".join(texts).split())
    positions = [flat.find(" ".join(heading.split())) for heading in expected]
    if -1 in positions or positions != sorted(positions):
        problems.append("A heading is missing or out of order.")
    return problems
