"""October in the browser: finance closes it, the customer downloads the invoice."""

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.support.browser import sign_in
from tests.support.pages import assert_accessible, assert_no_overflow

WIDTHS = [(320, 640), (390, 844), (1360, 900)]


def plain(text: str) -> str:
    """Text with every kind of space as one."""
    return " ".join(text.replace("\u202f", " ").replace("\xa0", " ").split())


@pytest.fixture
def office(new_context, live, october, staff):
    """Robin in the back office, October's calls in."""
    context = new_context(base_url=live.backoffice)
    sign_in(context, staff, "backoffice")
    return context.new_page()


@pytest.fixture
def closed_month(office):
    """October closed by the button; the worker issues and renders."""
    office.goto("/")
    office.get_by_role("link", name="Look at the preview").click()
    expect(office.locator("body")).to_contain_text("1,806.30")
    office.get_by_role("link", name="Close October 2026").click()
    office.get_by_label("To confirm").fill("2026-10")
    office.get_by_role("button", name="Close and issue 2 invoices").click()
    expect(office.get_by_text("2 of 2 customers")).to_be_visible(timeout=60_000)
    link = office.get_by_role("link", name="All PDFs as ZIP")
    expect(link).to_be_visible(timeout=30_000)
    expect(office.get_by_text("PDFs are being rendered")).to_have_count(
        0, timeout=60_000
    )
    return office


def test_the_customer_reads_the_amounts_in_the_pdf(
    closed_month, new_context, finance, screenshot
):
    screenshot(closed_month, "month close")
    context = new_context(accept_downloads=True)
    sign_in(context, finance.user)
    page = context.new_page()
    page.goto("/invoices/")
    expect(page.locator("main")).to_contain_text("2,185.62")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="as PDF").click()

    body = waiting.value.path().read_bytes()

    text = plain(PdfReader(io.BytesIO(body)).pages[0].extract_text())
    for amount in ("1 806,30", "379,32", "2 185,62"):
        assert amount in text
    page.get_by_role("link", name="2026-000001").first.click()
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        for path in ("/invoices/", page.url, "/contracts/"):
            page.goto(path)
            page.wait_for_load_state("networkidle")
            assert_no_overflow(page)
            assert_accessible(page)
            name = path.rstrip("/").rsplit("/", 1)[-1]
            screenshot(page, f"billing {name} {width}")
