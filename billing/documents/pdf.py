"""HTML to tagged PDF, with nothing read from the network or the disk at large."""

import atexit
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

STYLESHEET = "css/documents.css"
FONTS = {
    f"fonts/source-sans-3-{subset}-{weight}-normal.woff2"
    for subset in ("latin", "latin-ext")
    for weight in (400, 600)
}
ALLOWED = {STYLESHEET} | FONTS
# Never asked for: relative addresses need a base to join, and .invalid has no host.
BASE = "https://documents.invalid/"


def read_static(url: str) -> bytes:
    """Return an allowed static file; ``PermissionError`` for anything else."""
    name = url.removeprefix(BASE)
    if not url.startswith(BASE) or name not in ALLOWED:
        raise PermissionError(f"A document may not read {url[:200]}.")
    return Path(settings.BASE_DIR, "static", name).read_bytes()


def render_pdf(html: str) -> bytes:
    """Return ``html`` as tagged PDF/UA-1. Any address outside the list ends it."""
    from weasyprint import HTML

    kit = _kit()
    document = HTML(string=html, base_url=BASE, url_fetcher=kit.fetcher)
    return document.write_pdf(
        stylesheets=[kit.stylesheet], font_config=kit.fonts, pdf_variant="pdf/ua-1"
    )


@dataclass(frozen=True, slots=True)
class _Kit:
    """What every document needs: reading it anew takes 0.2 s a document."""

    fetcher: Any
    fonts: Any
    stylesheet: Any


@cache
def _kit() -> _Kit:
    """Make the kit once per process.

    WeasyPrint takes a second to import, so only the process that renders loads it.
    """
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    # Else it is taken apart after what its own end needs.
    atexit.register(_kit.cache_clear)
    fetcher, fonts = _document_fetcher(), FontConfiguration()
    stylesheet = CSS(
        string=read_static(BASE + STYLESHEET).decode(),
        base_url=BASE + STYLESHEET,
        url_fetcher=fetcher,
        font_config=fonts,
    )
    return _Kit(fetcher, fonts, stylesheet)


def _document_fetcher() -> Any:
    """Return what reads the allowed static files for WeasyPrint, and nothing else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class DocumentFetcher(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url.startswith("data:"):
                return super().fetch(url)
            try:
                body = read_static(url)
            except PermissionError as error:
                raise FatalURLFetchingError(str(error)) from error
            kind = "text/css" if url.endswith(".css") else "font/woff2"
            return URLFetcherResponse(url, body, {"Content-Type": kind})

    return DocumentFetcher(allowed_protocols=["data"], allow_redirects=False)
