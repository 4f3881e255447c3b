"""What contact cards say, of whatever version and by whatever phone they were written."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sessions.media.contact_cards import MOST_CARDS, MOST_CHARACTERS, MOST_NUMBERS, shown_of

pytestmark = pytest.mark.once


def card(*lines: str, end: str = "\r\n") -> bytes:
    return (end.join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD"]) + end).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            card("N:Hopper;Grace;;;", "FN:Grace Hopper", "TEL;TYPE=CELL:+1 415-555-0123"),
            ("Grace Hopper", ["+1 415-555-0123"]),
        ),
        (card("N:Hopper;Grace", "TEL:1", "TEL:2", "TEL:1", end="\n"), ("Grace Hopper", ["1", "2"])),
        (card("item1.TEL;type=pref:0800 1", "item1.X-ABLabel:Work"), ("", ["0800 1"])),
        (card("TEL;VALUE=uri:tel:+14155550123", "ORG:Navy;Computing"), ("Navy Computing", ["+14155550123"])),
        (card("FN:A long", "  name", "TEL:1"), ("A long name", ["1"])),
        (card(r"FN:Hopper\, Grace\; RADM", "TEL:1"), ("Hopper, Grace; RADM", ["1"])),
        (b"\xef\xbb\xbf" + card("FN:Zo\u00eb"), ("Zoë", [])),
        (card("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=", "=AB", "TEL:1"), ("Zoë", ["1"])),
        (card("FN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Zo=EB", "TEL:1"), ("Zoë", ["1"])),
        (card("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=NONSENSE:Zo=EB", "TEL:1"), ("Zoë", ["1"])),
        (
            card("fn;encoding=quoted-printable;charset=utf-8:Zo=c3=ab", "Tel;Home;Fax:2", "TEL:1"),
            ("Zoë", ["1", "2"]),
        ),
        (
            card('TEL;VALUE=URI;TYPE="voice,cell":tel:+1-415-555-0123;ext=7', "FN:A"),
            ("A", ["+1-415-555-0123"]),
        ),
        (card("FN:Ada").decode().encode("utf-16"), ("Ada", [])),
        (card("FN:J\u00fcrgen").decode().encode("cp1252"), ("Jürgen", [])),
        (b"\r\n\r\n" + card("FN:Ada", "", "TEL:1").lower(), ("ada", ["1"])),
        (
            card("FN:Ada", "AGENT:", "BEGIN:VCARD", "FN:Her agent", "TEL:9", "END:VCARD", "TEL:1"),
            ("Ada", ["1"]),
        ),
        (card("FN:Ada", "PHOTO;ENCODING=BASE64;TYPE=JPEG:", " /9j/TEL:7", "", "TEL:1"), ("Ada", ["1"])),
        (card("FN:Ada", ";;:x", "TEL", "TEL:1", "NOTE:broken", "in two lines"), ("Ada", ["1"])),
        (b"BEGIN:VCARD\nFN:Never ended\nTEL:1", ("Never ended", ["1"])),
        (card("PHOTO;ENCODING=b:iVBORw0KGg==", "TEL:1"), ("", ["1"])),  # no line goes on after its =
        (card("FN:\u202egnp.exe\x00 \u2066x", "TEL:\t"), ("gnp.exe x", [])),
    ],
)
def test_card_says_a_name_and_numbers(content: bytes, said: tuple[str, list[str]]) -> None:
    assert shown_of(content) == [{"name": said[0], "numbers": said[1]}]


def test_several_cards_are_told_apart_and_empty_ones_left_out() -> None:
    said = shown_of(card("FN:Ada") + card("NOTE:x") + card("FN:Ben"))
    assert [one["name"] for one in said] == ["Ada", "Ben"]
    assert shown_of(b"\xff\xfe\x00nothing") == []


def test_endless_cards_have_an_end() -> None:
    many = shown_of(card("FN:" + "x" * 10_000, *(f"TEL:{n}" for n in range(200))) * 100)
    assert (len(many), len(many[0]["name"]), len(many[0]["numbers"])) == (
        MOST_CARDS,
        MOST_CHARACTERS,
        MOST_NUMBERS,
    )


def test_picture_in_front_of_the_numbers_hides_none() -> None:
    picture = ["PHOTO;ENCODING=b;TYPE=JPEG:" + "A" * 50, *[" " + "A" * 74] * 40_000]
    assert shown_of(card("FN:Ada", *picture, "TEL:1")) == [{"name": "Ada", "numbers": ["1"]}]


LINES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            ["BEGIN:VCARD", "END:VCARD", "TEL:1", "FN;ENCODING=QUOTED-PRINTABLE:=", " x", "N:;;;;;;"]
        ),
        st.builds(
            lambda name, rest, value: f"{name}{rest}:{value}",
            st.sampled_from(["TEL", "FN", "N", "ORG", "BDAY", "item1.TEL", "NOTE", "EMAIL"]),
            st.text(alphabet=';=",:ABC quoted-printable', max_size=30),
            st.text(max_size=20),
        ),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=400), LINES.map(lambda lines: card(*lines, end="\n"))))
@example(card("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UNDEFINED:=C3"))
@example(card("FN;CHARSET=IDNA;QUOTED-PRINTABLE:xn--=00"))
@example(card("FN;CHARSET=UNICODE_ESCAPE;QUOTED-PRINTABLE:a=5Cud800b"))
@example(b"BEGIN:VCARD\n=")
def test_any_bytes_are_read(content: bytes) -> None:
    """What is shown can be stored by PostgreSQL, too: no NUL, and no half of a character."""
    for one in shown_of(b"BEGIN:VCARD\n" + content):
        for text in (one["name"], *one["numbers"]):
            assert "\0" not in text
            assert text.encode() == text.encode("utf-8", "strict")
            assert not set(text) & set("\n\r\u202e\u2066")
