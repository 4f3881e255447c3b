"""Each documented error code has an advice and words."""

import pytest

from channels.itsp import ITSPS
from channels.itsp.errors import Advice
from channels.itsp.telnyx import tables

pytestmark = pytest.mark.once

TELNYX = ITSPS["telnyx"]
# Of Telnyx's list of errors, those that texts meet.
DOCUMENTED = {
    Advice.STOP: "10009 10010 20002 20006 20012 20013 20014 20100 40312 40314 40100 40305 40306 40308 40321 "
    "40150 40329 40010 40013",
    Advice.LATER: "40151 40320 40016",
    Advice.RETRY: "10011",
    Advice.SLOW_DOWN: "40318 40011 40018",
    Advice.UNKNOWN: "10007 10008",
    Advice.FAIL: "40300 40001 40012 40310 10002 10016 40301 40319 40309 40302 40304 40316 40317 40322 40328 "
    "40009 10004 40002 40003 40015 40017 40315 40004 40005 40006 40008 40014",
}
CODES = [(code, advice) for advice, codes in DOCUMENTED.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "advice"), CODES)
def test_code_has_its_advice_and_words(code: str, advice: Advice) -> None:
    assert tables.ERRORS[code].advice is advice
    words = TELNYX.words_for(code)
    assert words.endswith(".")
    assert code not in words


def test_no_other_code_has_a_rule() -> None:
    assert set(tables.ERRORS) == {code for code, _advice in CODES}


@pytest.mark.parametrize(("code", "advice"), CODES)
def test_status_is_never_unknown(code: str, advice: Advice) -> None:
    """The text had been accepted, and did not arrive: it may be said to have failed."""
    assert TELNYX.advice_on(code) is (Advice.FAIL if advice is Advice.UNKNOWN else advice)


@pytest.mark.parametrize("code", ["40999", "7", ""])
def test_unknown_code_fails_the_text(code: str) -> None:
    assert TELNYX.advice_on(code) is Advice.FAIL
    assert TELNYX.words_for(code) == (f"The ITSP refused it (error {code})." if code else "")


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        ("40300", 403, Advice.FAIL),  # the code, whatever the HTTP status is
        ("40300", 422, Advice.FAIL),
        ("40318", 429, Advice.SLOW_DOWN),
        ("", 429, Advice.RETRY),
        ("", 401, Advice.STOP),
        ("", 403, Advice.STOP),
        ("", 400, Advice.FAIL),
        ("40999", 422, Advice.FAIL),
        ("", 408, Advice.UNKNOWN),
        ("", 409, Advice.UNKNOWN),
        ("10004", 409, Advice.UNKNOWN),
        ("", 302, Advice.UNKNOWN),
        ("", 500, Advice.UNKNOWN),
        ("40999", 503, Advice.UNKNOWN),
    ],
)
def test_answer_means(code: str, status: int, advice: Advice) -> None:
    assert tables.rule_for(code, status).advice is advice


def test_stop_is_an_opt_out_and_no_final_error() -> None:
    assert TELNYX.opt_out_codes == {"40300"}
    assert not TELNYX.opt_out_codes & TELNYX.final_codes
    assert {"40310", "40322"} <= TELNYX.final_codes
