"""The names under which ITSPs carry our tries to send."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from sessions.models import Attempt
from sessions.sending import references

AT = datetime(2026, 3, 4, 5, 6, 7, 8000, UTC)


def test_reference_is_read_back_and_two_with_one_id_differ() -> None:
    names = {references.of(Attempt(pk=17, created_at=AT + timedelta(days=day))) for day in range(3)}
    assert len(names) == 3
    assert {references.attempt_id_in(name) for name in names} == {17}
    assert [name for name in names if not re.fullmatch("[A-Za-z0-9-]{1,40}", name)] == []


@pytest.mark.parametrize("told", ["", "-1", "x", "٣", "9" * 19, "17-", "17-A", "17 ", "17-18f-2", "17\n"])
def test_what_is_none_of_ours_names_no_attempt(told: str) -> None:
    assert references.attempt_id_in(told) is None


def test_reference_of_a_former_version_is_still_known() -> None:
    assert references.attempt_id_in("17") == 17
