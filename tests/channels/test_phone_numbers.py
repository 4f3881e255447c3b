"""Numbers that people type: E.164 digit for digit, national input read, nonsense refused in words."""

import re
import unicodedata

import phonenumbers
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from channels.phone_numbers import NumberInput, read_number
from channels.written_numbers import bare, digits_of


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("+25402161183", "+25402161183"),  # the setup guide's own; a library would drop the 0
        (" +1 (415) 555-0100 ", "+14155550100"),
        ("0049 30 123456", "+4930123456"),
        ("12345", "12345"),
    ],
)
def test_international_numbers_and_short_codes_are_kept(text: str, address: str) -> None:
    assert read_number(text, "US") == NumberInput(address)


def test_national_number_is_read_and_shown() -> None:
    note = "“(201) 555-0123” was read as +12015550123. Check it, then save."
    assert read_number("(201) 555-0123", "US") == NumberInput("+12015550123", note)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("+12", "Enter the number as +, country code and number"),
        ("+99912345678", "+99912345678 can't be a phone number"),
        ("hello", "“hello” is not a phone number of US."),
        ("", "“” is not a phone number of US."),
        ("+1415555O100", "Enter the number as +, country code and number"),
    ],
)
def test_impossible_numbers_are_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_number(text, "US")
    assert refused.value.messages[0].startswith(words)


LONDON, SPAIN = "+442079460958", "+34911234567"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("+44 (0)20 7946 0958", LONDON),
        ("+44(0) 20-7946-0958", LONDON),
        ("0044 (0)20 7946 0958", LONDON),
        ("+44 （０）20 7946 0958", LONDON),
        ("+49 (0)30 1234567", "+49301234567"),
        ("+39 (0)6 1234 5678", "+390612345678"),  # there the zero is a part of it
    ],
)
def test_zero_in_brackets_behind_a_country_code_is_dropped_and_said(text: str, address: str) -> None:
    assert read_number(text, "US") == NumberInput(
        address, f"“{text}” was read as {address}. Check it, then save."
    )


@pytest.mark.parametrize(
    "text", ["+44 020 7946 0958", "+44 0 20 7946 0958", "00440 2079460958", "+44 (020) 7946 0958"]
)
def test_bare_zero_behind_a_country_code_is_asked_about(text: str) -> None:
    read = read_number(text, "US")
    assert (read.address, read.instead) == ("+4402079460958", LONDON)
    assert read.note.startswith("+4402079460958 has a 0 behind the country code")
    assert f"Without it, it is {LONDON}." in read.note


def test_guide_s_own_number_stays_as_typed_and_tells_what_else_it_could_be() -> None:
    read = read_number("+254 021 611 83", "US")
    assert (read.address, read.note, read.instead) == ("+25402161183", "", "+2542161183")


@pytest.mark.parametrize(
    ("text", "region", "address"),
    [
        ("442079460958", "US", LONDON),
        ("442079460958.0", "US", LONDON),
        ("34911234567", "GB", SPAIN),
        ("14155550123", "US", "+14155550123"),
        ("٤٤٢٠٧٩٤٦٠٩٥٨", "KE", LONDON),
        ("(0)20 7946 0958", "GB", LONDON),
    ],
)
def test_number_of_a_spreadsheet_is_offered_with_its_plus(text: str, region: str, address: str) -> None:
    assert read_number(text, region) == NumberInput(
        address, f"“{text}” was read as {address}. Check it, then save."
    )


def test_number_that_may_be_national_or_without_its_plus_is_offered_in_both_ways() -> None:
    read = read_number("442079460958", "DE")
    assert (read.address, read.instead) == ("+49442079460958", LONDON)
    assert f"If {LONDON} is meant, write the plus." in read.note


@pytest.mark.parametrize(
    "text", ["4.4E+11", "4,42079E+11", "4.42079460958e+11", "1E12", "+4.4E+11", " 4.4E+11\u200b"]
)
def test_shortened_number_is_explained(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_number(text, "US")
    assert refused.value.messages[0].startswith("A spreadsheet has shortened “")
    assert "Format its column as text" in refused.value.messages[0]


@pytest.mark.parametrize(
    "text", ["'+442079460958", '="+442079460958"', '"+442079460958"', "’+44 20 7946 0958"]
)
def test_what_keeps_a_number_whole_in_a_spreadsheet_comes_off(text: str) -> None:
    assert read_number(text, "US") == NumberInput(LONDON)


@pytest.mark.parametrize(
    "text",
    [
        "+44 2079460958¹",
        "+44207946095٪",
        "+44207946Ⅳ0958",
        "+4420794609五8",
        "++442079460958",
        "+44²079460958",
    ],
)
def test_what_looks_like_a_digit_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read_number(text, "US")


UNSEEN = [
    chr(point)
    for point in range(0x110000)
    if unicodedata.category(chr(point)) in {"Cf", "Zs", "Zl", "Zp", "Pd"}
    or 0xFE00 <= point <= 0xFE0F
    or 0xE0100 <= point <= 0xE01EF
] + ["\t", "\r\n", "\u2212", "\ufe63", "(", ")", ".", "/"]
ZEROS = [
    chr(point)
    for point in range(0x110000)
    if unicodedata.category(chr(point)) == "Nd" and unicodedata.decimal(chr(point)) == 0
]
PLUSES = ["+", "＋", "﹢", "00"]
numbers = st.builds(
    lambda region, kind: phonenumbers.example_number_for_type(region, kind),
    st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
    st.sampled_from([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE]),
).filter(bool)


@given(number=numbers, zeros=st.lists(st.sampled_from(ZEROS), min_size=16, max_size=16), data=st.data())
def test_however_it_is_written_the_same_number_is_stored(
    number: phonenumbers.PhoneNumber, zeros: list[str], data: st.DataObject
) -> None:
    """In any script's digits, with anything between them that one does not see or that only divides."""
    address = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    gaps = st.lists(st.sampled_from(UNSEEN), max_size=2).map("".join).filter(lambda gap: "(0)" not in gap)
    written = data.draw(st.sampled_from(PLUSES))
    for digit, zero in zip(address[1:], zeros, strict=False):
        written += data.draw(gaps) + chr(ord(zero) + int(digit))
    assert read_number(data.draw(gaps.filter(lambda gap: "." not in gap)) + written, "US").address == address


@given(st.text())
def test_whatever_is_typed_is_a_number_or_an_error_in_words(text: str) -> None:
    try:
        address = read_number(text, "GB").address
    except ValidationError as refused:
        assert refused.messages[0]
    else:
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}|[1-9][0-9]{3,5}", address)
        assert read_number(address, "GB").address == address


@given(st.text())
def test_what_was_read_once_is_read_so_again(text: str) -> None:
    assert digits_of(digits_of(text)) == digits_of(text) or not digits_of(text).strip("+").isdigit()
    assert all(one.isascii() or unicodedata.category(one) != "Nd" for one in bare(text))
