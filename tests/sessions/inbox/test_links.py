"""What of a text becomes a link, and that nothing of it becomes markup."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.directions import without_controls
from sessions.inbox.links import linked

ODD = st.sampled_from(
    [
        "https://example.com/a?b=1&c=2",
        "http://[::1]/",
        "www.example.com",
        "javascript:alert(1)",
        "data:text/html,<b>",
        "ada@example.com",
        "+1 (415) 555-0132",
        "415-555-0132",
        "+25402161183",
        '"><script>',
        ' rel="nofollow"',
        "&lt;b&gt;",
        "' onmouseover='",
        "שלום",
        "\u202e",
        "١٢٣٤٥٦٧٨٩",
        ".",
        ")",
        "!",
        "\n",
        " ",
    ]
)
TEXTS = st.lists(st.one_of(ODD, st.text(max_size=12)), max_size=8).map("".join)


class Reader(HTMLParser):
    """The links of a piece of HTML, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.words = ""
        self._href: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_attrs = dict(attrs)
        assert tag == "a"
        href = given_attrs.pop("href") or ""
        apart = {"target": "_blank", "rel": "noopener noreferrer nofollow", "dir": "ltr"}
        of_scheme = {"http": apart, "https": apart, "mailto": {"dir": "ltr"}, "tel": {"dir": "ltr"}}
        assert given_attrs == of_scheme[href.split(":")[0].lower()]
        self.links.append((href, ""))
        self._href = href

    def handle_endtag(self, tag: str) -> None:
        assert tag == "a"
        self._href = None

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._href is not None:
            href, words = self.links[-1]
            self.links[-1] = (href, words + data)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://example.com/a.", [("https://example.com/a", "https://example.com/a")]),
        ("(https://example.com/a_(b))!", [("https://example.com/a_(b)", "https://example.com/a_(b)")]),
        ("Write to ada@example.com, please", [("mailto:ada@example.com", "ada@example.com")]),
        ("Call +1 (415) 555-0132.", [("tel:+14155550132", "+1 (415) 555-0132")]),
        ("Call +25402161183!", [("tel:+25402161183", "+25402161183")]),
        ("התקשרו: +14155550132, תודה", [("tel:+14155550132", "+14155550132")]),
        (
            "+14155550132 or +14155550133",
            [
                ("tel:+14155550132", "+14155550132"),
                ("tel:+14155550133", "+14155550133"),
            ],
        ),
        (
            "https://example.com/+14155550132",
            [
                ("https://example.com/+14155550132", "https://example.com/+14155550132"),
            ],
        ),
        ("+14155550132@example.com", [("mailto:+14155550132@example.com", "+14155550132@example.com")]),
        ("javascript:alert(1) ftp://example.com/", []),
        ("On 2026-11-29 at 10:30, order 12345, 99.50 EUR", []),
    ],
)
def test_addresses_and_numbers_are_links(text: str, links: list[tuple[str, str]]) -> None:
    read = Reader(linked(text))
    assert read.links == links
    assert read.words == text


@pytest.mark.parametrize(
    ("text", "href", "words"),
    [
        (
            "\u202ehttps://example.com/gpj.exe",
            "https://example.com/gpj.exe",
            "\u202ehttps://example.com/gpj.exe",
        ),
        ("https://a.example/\u202emoc.knab//:sptth", "https://a.example/moc.knab//:sptth", ""),
        ("www.\u2067example\u2069.com\u202c.", "http://www.example.com", "www.example.com\u202c."),
        (
            "\u2068https://example.com/\u2069שלום",
            "https://example.com/",
            "\u2068https://example.com/\u2069שלום",
        ),
        ("https://example.com/a\u200f\u2066!", "https://example.com/a", "https://example.com/a\u200f\u2066!"),
    ],
)
def test_controls_of_direction_disguise_no_address(text: str, href: str, words: str) -> None:
    read = Reader(linked(text))
    assert read.links == [(href, href.removeprefix("http://") if "www" in href else href)]
    assert read.words == (words or href)


@given(TEXTS)
@example('<a href="https://example.com" rel="nofollow">+14155550132</a>')
@example('https://example.com/"onclick="alert(1)')
@example("<img src=x onerror=alert(1)>")
def test_words_stay_and_nothing_of_them_is_markup(text: str) -> None:
    read = Reader(linked(text))  # it knows nothing but our links
    assert without_controls(read.words) == without_controls(text)
    assert all(words == without_controls(words) for href, words in read.links if not href.startswith("tel:"))


@given(st.text(alphabet="0123456789+-() .\n", max_size=1600))
def test_digits_without_end_cost_little(text: str) -> None:
    assert Reader(linked(text)).words == text
