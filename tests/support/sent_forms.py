"""What a browser would send of a page as it was shown."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.name = self.text = ""

    def handle_starttag(self, tag: str, attrs) -> None:
        given = dict(attrs)
        kind = given.get("type", "")
        if tag in ("select", "textarea"):
            self.name, self.text = given.get("name") or "", ""
        elif tag == "option" and "selected" in given:
            self._add(self.name, given.get("value") or "")
        elif tag == "input" and kind in ("checkbox", "radio"):
            if "checked" in given:
                self._add(given.get("name") or "", given.get("value") or "on")
        elif tag == "input" and kind not in ("submit", "search"):
            self._add(given.get("name") or "", given.get("value") or "")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._add(self.name, self.text.strip())

    def _add(self, name: str, value: str) -> None:
        if name and "__prefix__" not in name:
            self.sent.setdefault(name, []).append(value)


def fields_of(page: str, form_id: str) -> dict[str, list[str]]:
    """Return the fields of the form with this id, as they stand in the page."""
    begin = page.index(f'id="{form_id}"')
    reader = _Fields()
    reader.feed(page[begin : page.index("</form>", begin)])
    return reader.sent
