"""Every error that Twilio's dictionary gives a meaning for sending, and what we make of those it does not."""

import pytest

from channels.itsp.errors import Advice
from channels.itsp.twilio import tables

ROWS: list[tuple[Advice, tuple[int, ...]]] = [
    # credentials, account or sender unusable
    (Advice.STOP, (20003, 20403, 20404, 21212, 21606, 21659, 21660, 21661, 30002, 21703, 21704)),
    (Advice.STOP, (10001, 20005, 21701, 21702, 21705)),
    (Advice.RETRY, (20429,)),  # too many at once
    (Advice.UNKNOWN, (20500, 30020, 30021, 30500)),  # may have been processed
    (Advice.SLOW_DOWN, (21611, 30001)),  # the sender's queue is full
    (Advice.SLOW_DOWN, (30022,)),  # faster than A2P allows
    (Advice.LATER, (30023, 30027, 63038)),  # daily cap
    (Advice.FAIL, (21211, 21614, 21635, 21612, 21266, 30005, 30006)),  # the recipient
    (Advice.FAIL, (21408,)),  # country not enabled
    (Advice.FAIL, (21608,)),  # trial account
    (Advice.FAIL, (21610,)),  # opted out
    (Advice.FAIL, (21617, 21658, 21602, 21620, 21623)),  # content
    (Advice.FAIL, (11200, 63019, 11751, 30019, 12300, 30011)),  # attachments
    (Advice.FAIL, (30003, 30008)),  # a person may try again
    (Advice.FAIL, (30004, 30007, 30042, 30450)),  # blocked
    (Advice.LATER, (30024, 30035)),  # sender not provisioned yet
    (Advice.FAIL, (30032, 30034)),  # not registered
    (Advice.FAIL, (30036,)),  # validity elapsed
    (Advice.FAIL, (14107, 14109, 30038, 30039)),  # a loop, a code
    (Advice.FAIL, (21217, 21401, 21421, 21604, 30014, 30015, 30016, 63031)),  # the recipient, or both
    (Advice.FAIL, (21607, 30454)),  # trial account
    (Advice.FAIL, (21618, 21621, 21622, 21624, 30010, 30012, 30013, 63025, 63034, 63037)),  # what is sent
    (Advice.FAIL, (30017, 30410, 63009, 63010, 63011, 63012, 63023)),  # something failed with them
    (Advice.FAIL, (30018, 30033, 30453)),  # registration, protection
    (Advice.SLOW_DOWN, (63017, 63018)),
    (Advice.FAIL, (63001, 63002, 63003, 63005, 63006, 63007, 63008, 63013, 63014, 63015, 63016)),
    (Advice.FAIL, (63020, 63021, 63022, 63024, 63026, 63030, 63032, 63033, 63035, 63036, 63039, 63051)),
]
CODES = [(code, advice) for advice, codes in ROWS for code in codes]


@pytest.mark.parametrize(("code", "advice"), CODES)
def test_code_says_what_to_do_and_says_it_in_words(code: int, advice: Advice) -> None:
    for http_status in (400, 429):
        assert tables.rule_for(code, http_status).advice is advice
    words = tables.words_for(str(code))
    assert words == str(tables.ERRORS[code].words)
    assert str(code) not in words
    ended = Advice.FAIL if advice is Advice.UNKNOWN else advice  # the callback says that it did not arrive
    assert tables.advice_on(str(code)) is ended


def test_table_holds_these_codes_and_no_others() -> None:
    assert sorted(tables.ERRORS) == sorted(code for code, _ in CODES)


@pytest.mark.parametrize(
    ("code", "http_status", "advice"),
    [
        (None, 401, Advice.STOP),
        (None, 429, Advice.RETRY),
        (None, 400, Advice.FAIL),
        (99999, 400, Advice.FAIL),
        (99999, 404, Advice.FAIL),
        (99999, 503, Advice.UNKNOWN),
        (None, 500, Advice.UNKNOWN),
        (None, 302, Advice.UNKNOWN),
    ],
)
def test_unknown_code_is_judged_by_the_http_status(
    code: int | None, http_status: int, advice: Advice
) -> None:
    assert tables.rule_for(code, http_status).advice is advice


@pytest.mark.parametrize(
    ("code", "words"), [("", ""), ("0", ""), ("99999", "The ITSP refused it (error 99999).")]
)
def test_code_without_an_entry_fails_the_text(code: str, words: str) -> None:
    assert (tables.words_for(code), tables.advice_on(code)) == (words, Advice.FAIL)
