"""What stands for a password that came in a header."""

import pytest
from pytest_django.fixtures import Settings

from channels.itsp import fingerprints

VALUES = ["Basic cGJ4OnBhc3N3b3Jk", "", "Bearer ключ", "x" * 5000]


@pytest.mark.parametrize("value", VALUES)
def test_fingerprint_is_of_its_value_alone(value: str) -> None:
    kept = fingerprints.of(value)
    assert kept == fingerprints.of(value)
    assert [fingerprints.is_of(kept, one) for one in (value, value + " ", kept)] == [True, False, False]
    assert not fingerprints.is_of(value, value)
    assert len(kept) < 100


def test_fingerprint_of_a_former_key_is_known_while_that_key_is(settings: Settings) -> None:
    former, value = settings.SECRET_KEY, "Basic cGJ4OnBhc3N3b3Jk"
    kept = fingerprints.of(value)
    settings.SECRET_KEY = "another-key-" * 8
    assert fingerprints.of(value) != kept
    assert not fingerprints.is_of(kept, value)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert fingerprints.is_of(kept, value)
