"""HTML to tagged PDF, with nothing read from the network or the disk at large."""

from pathlib import Path

from django.conf import settings

STYLESHEETS = {"css/documents.css"}
FONTS = {
    f"fonts/source-sans-3-{subset}-{weight}-normal.woff2"
    for subset in ("latin", "latin-ext")
    for weight in (400, 600)
}
ALLOWED = STYLESHEETS | FONTS
# Never asked for: relative addresses need a base to join, and .invalid has no host.
BASE = "https://documents.invalid/"


def read_static(url: str) -> bytes:
    """Return an allowed static file; ``PermissionError`` for anything else."""
    name = url.removeprefix(BASE)
    if not url.startswith(BASE) or name not in ALLOWED:
        raise PermissionError(f"A document may not read {url[:200]}.")
    return Path(settings.BASE_DIR, "static", name).read_bytes()


def render_pdf(html: str) -> bytes:
    """Return ``html`` as tagged PDF/UA-1. Any address outside the list ends it.

    WeasyPrint takes a second to import, so only the process that renders loads it.
    """
    from weasyprint import HTML
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

    fetcher = DocumentFetcher(allowed_protocols=["data"], allow_redirects=False)
    document = HTML(string=html, base_url=BASE, url_fetcher=fetcher)
    return document.write_pdf(pdf_variant="pdf/ua-1")
