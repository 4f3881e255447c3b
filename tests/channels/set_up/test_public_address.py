"""Whether PUBLIC_URL can be called from outside, as far as that can be told from inside."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.set_up import public_address
from tests.channels.answering import answering, self_signed

TWILIO = ITSPS["twilio"]
Check = Callable[[str], tuple[str, str]]


@pytest.fixture
def check(settings: Settings) -> Check:
    def run(url: str) -> tuple[str, str]:
        settings.PUBLIC_URL, settings.ITSP_CHECK_TIMEOUT_S = url, 1.0
        finding = public_address.check(TWILIO)
        return str(finding.outcome), finding.why

    return run


@pytest.fixture
def stand_in(settings: Settings) -> None:
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}


def test_plain_http_fails(check: Check) -> None:
    assert check("http://pbx.example.com") == ("fail", "http://pbx.example.com is not https.")


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "192.168.1.2", "pbx", "pbx.local", "[::1]"])
def test_address_of_ones_own_network_fails(check: Check, host: str) -> None:
    why = f"https://{host} is an address of your own network; Twilio can’t reach it."
    assert check(f"https://{host}") == ("fail", why)


def test_certificate_that_nobody_trusts_fails(check: Check, stand_in: None, tmp_path: Path) -> None:
    with answering(certificate=self_signed(tmp_path)) as url:
        outcome, why = check(url)
    assert outcome == "fail"
    assert why == f"The certificate of {url} is not valid for this name, has expired, or is not trusted."


def test_silence_proves_nothing(check: Check, stand_in: None) -> None:
    why = "PBX can’t reach http://127.0.0.1:9 from its own machine. Some networks forbid that."
    assert check("http://127.0.0.1:9") == ("cannot_tell", why)


def test_something_else_at_the_address_fails(check: Check, stand_in: None) -> None:
    with answering(b"Welcome to nginx!") as url:
        assert check(url) == ("fail", f"Something else than PBX answers at {url} (HTTP 200).")


def test_own_answer_passes(check: Check, stand_in: None) -> None:
    with answering() as url:
        assert check(url) == ("pass", f"PBX answers at {url}.")
