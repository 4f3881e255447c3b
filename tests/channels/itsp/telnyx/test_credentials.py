"""What an admin enters, and what is said of a slip."""

import pytest

from channels.itsp import ITSPS
from tests.telnyx_account import CREDENTIALS

pytestmark = pytest.mark.once

FORM = ITSPS["telnyx"].credentials_form


def test_good_ones_are_taken_as_telnyx_writes_them() -> None:
    pasted = {
        "api_key": f" {CREDENTIALS['api_key']}\u200b",
        "messaging_profile_id": CREDENTIALS["messaging_profile_id"].upper(),
        "public_key": f"{CREDENTIALS['public_key']}\n",
    }
    form = FORM(pasted)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == CREDENTIALS
    assert ITSPS["telnyx"].account_id(form.cleaned_data) == CREDENTIALS["messaging_profile_id"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "") for name in CREDENTIALS),
        ("messaging_profile_id", "40017e19"),
        ("messaging_profile_id", CREDENTIALS["messaging_profile_id"] + "0"),
        ("messaging_profile_id", CREDENTIALS["api_key"]),
        ("public_key", CREDENTIALS["public_key"][:-2]),
        ("public_key", "é" * 44),
        ("public_key", CREDENTIALS["api_key"]),
    ],
)
def test_slip_is_said_at_its_field(name: str, value: str) -> None:
    form = FORM({**CREDENTIALS, name: value})
    assert list(form.errors) == [name]


def test_only_the_key_is_a_secret() -> None:
    hidden = [name for name, field in FORM().fields.items() if field.widget.input_type == "password"]
    assert hidden == ["api_key"]
