import pytest

from simulator.twilio.overrides import Overrides, split_overrides

pytestmark = pytest.mark.once

DEFAULT = Overrides(5, 15, 15, 1, frozenset({"ct"}))


def test_url_without_fragment_has_defaults() -> None:
    assert split_overrides("https://pbx.example/w/1?a=b") == ("https://pbx.example/w/1?a=b", DEFAULT)


def test_fragment_is_read_and_removed() -> None:
    url, overrides = split_overrides("https://pbx.example/w#rc=2&rp=ct,rt,5xx&ct=2000&rt=3000&tt=9000")
    assert url == "https://pbx.example/w"
    assert overrides == Overrides(2, 3, 9, 2, frozenset({"ct", "rt", "5xx"}))


@pytest.mark.parametrize(
    "fragment", ["rc=6", "ct=99", "ct=10001", "rt=15001", "tt=0", "rc=x", "rp=429", "rc="]
)
def test_value_out_of_range_is_the_default(fragment: str) -> None:
    assert split_overrides(f"http://h/#{fragment}") == ("http://h/", DEFAULT)


@pytest.mark.parametrize(("failure", "retried"), [("4xx", True), ("tls", True), ("rt", True)])
def test_policy_all(failure: str, retried: bool) -> None:
    assert split_overrides("http://h/#rp=all")[1].retries_on(failure) is retried
