"""What contact cards say, of whatever version and by whatever phone they were written."""

import pytest

from sessions.media.vcards import MOST_CARDS, MOST_CHARACTERS, MOST_NUMBERS, Card, cards_of

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
        (card("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=NONSENSE:Zo=EB", "TEL:1"), ("", ["1"])),
        (card("PHOTO;ENCODING=b:iVBORw0KGg==", "TEL:1"), ("", ["1"])),  # no line goes on after its =
        (card("FN:\u202egnp.exe\x00 \u2066x", "TEL:\t"), ("gnp.exe x", [])),
    ],
)
def test_card_says_a_name_and_numbers(content: bytes, said: tuple[str, list[str]]) -> None:
    assert cards_of(content) == [Card(*said)]


def test_several_cards_are_told_apart_and_empty_ones_left_out() -> None:
    assert cards_of(card("FN:Ada") + card("NOTE:x") + card("FN:Ben")) == [Card("Ada"), Card("Ben")]
    assert cards_of(b"\xff\xfe\x00nothing") == []


def test_endless_cards_have_an_end() -> None:
    many = cards_of(card("FN:" + "x" * 10_000, *(f"TEL:{n}" for n in range(100))) * 100)
    assert (len(many), len(many[0].name), len(many[0].numbers)) == (MOST_CARDS, MOST_CHARACTERS, MOST_NUMBERS)
