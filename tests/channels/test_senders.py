"""What stands behind an address, by its form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.senders import Sender, is_nameless, nameless, sender_of, shown, why_not_typed

pytestmark = pytest.mark.once
TABLE = {
    Sender.PHONE: [
        "+14155550123",
        "14155550123",
        "+25402161183",
        "+442079460958",
        "+266666873",
        "+999999999999999",
    ],
    Sender.SHORT_CODE: ["24273", "20123", "12", "999999", "+24273"],
    Sender.NAME: [
        "ACME",
        "T-Mobile!",
        "Café AG",
        "Bank 24",
        "ΔΕΗ",
        "日本",
        "+",
        "Private Co",
        "1-800-FLOWERS",
    ],
    Sender.APP: ["rcs:acme_agent", "whatsapp:+14155550123", "messenger:1234567890", "WhatsApp:+1", "rcs:"],
    Sender.WITHHELD: [
        "anonymous",
        "Anonymous",
        "ANONYMOUS",
        "+266696687",
        "266696687",
        "+7378742833",
        "+86282452253",
        "Restricted",
        "Unknown",
        "UNAVAILABLE",
        "private",
        "No Caller ID",
    ],
    Sender.ANONYMOUS: ["?anonymous"],
    Sender.NONE: ["", "?SM0123456789abcdef0123456789abcdef"],
}


@pytest.mark.parametrize(("kind", "address"), [(kind, one) for kind, some in TABLE.items() for one in some])
def test_form_of_an_address_tells_what_stands_behind_it(kind: Sender, address: str) -> None:
    assert sender_of(address) is kind


@given(st.from_regex(r"\A\+[1-9][0-9]{9,14}\Z"))
def test_number_with_a_plus_is_a_phone(address: str) -> None:
    assert sender_of(address) in {Sender.PHONE, Sender.WITHHELD}


@given(st.text(max_size=64))
def test_each_address_is_one_of_them_and_says_why(address: str) -> None:
    sender = sender_of(address)
    assert sender is Sender.PHONE or str(sender.words)


@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=40))
def test_nameless_senders_are_told_apart_and_shown_alike(message_id: str) -> None:
    address = nameless(message_id)
    assert (is_nameless(address), shown(address), sender_of(address)) == (True, "No sender", Sender.NONE)
    assert nameless(message_id + "x") != address


@pytest.mark.parametrize(
    "typed", ["whatsapp:+14155550123", " Anonymous ", "rcs:acme", "+266696687", "​anonymous​"]
)
def test_what_nobody_can_be_texted_by_is_said_where_it_is_typed(typed: str) -> None:
    assert why_not_typed(typed)


@pytest.mark.parametrize("typed", ["+14155550123", "(415) 555-0123", "24273", "abc", "", "ACME"])
def test_other_input_is_read_as_a_number(typed: str) -> None:
    assert why_not_typed(typed) == ""
