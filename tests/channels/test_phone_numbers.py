"""Numbers that people type: E.164 digit for digit, national input read, nonsense refused in words."""

import pytest
from django.core.exceptions import ValidationError

from channels.phone_numbers import NumberInput, read_number


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
