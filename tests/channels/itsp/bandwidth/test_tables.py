"""Every error that Bandwidth's page lists, and what we make of those it does not."""

import pytest

from channels.itsp.bandwidth import Bandwidth, tables
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice

ROWS: list[tuple[Advice, bool, tuple[int, ...]]] = [
    (Advice.STOP, False, (4001, 4433, 4451, 4452, 4493)),  # account or application unusable
    (Advice.STOP, False, (4302, 4403, 4405, 4407, 4481, 4740)),  # sender unusable
    (Advice.SLOW_DOWN, False, (5211, 5600, 4781, 4785)),
    (Advice.LATER, False, (4780, 4773, 4774, 4795)),  # daily limit, registration
    (Advice.FAIL, False, (4775, 4482, 4772)),  # opted out, blocked
    (Advice.FAIL, True, (4303, 4350, 4401, 4404, 4406, 4408, 4409, 4420, 4421)),  # the recipient
    (Advice.FAIL, True, (4700, 4720, 4721, 4730, 4492)),
    (Advice.FAIL, True, (4431, 4432, 4434)),  # what kind of recipient is not enabled
    (Advice.FAIL, True, (4301, 4411, 4412, 4435, 4711, 4712, 4751, 4752)),  # what is in it
    (Advice.FAIL, False, (4410, 4771)),
    (Advice.FAIL, False, (4470, 4750, 4770, 4790, 4791, 4792, 4793)),  # refused by the carrier
    (Advice.FAIL, False, (4701, 4702, 4360)),
    (Advice.FAIL, False, (5100, 5101, 5106, 5111, 5201, 5220, 5231, 5500, 5501, 5999)),
    (Advice.FAIL, False, (5610, 5620, 5630, 5650, 9902, 9999)),
]
CODES = [(str(code), advice, is_final) for advice, is_final, codes in ROWS for code in codes]


@pytest.mark.parametrize(("code", "advice", "is_final"), CODES)
def test_code_says_what_to_do_and_says_it_in_words(code: str, advice: Advice, *, is_final: bool) -> None:
    assert Bandwidth().advice_on(code) is advice
    assert (code in Bandwidth.final_codes) is is_final
    words = Bandwidth().words_for(code)
    assert words
    assert code not in words


def test_table_holds_these_codes_and_no_others() -> None:
    assert sorted(tables.OF_TEXTS) == sorted(code for code, _advice, _final in CODES)
    assert {"4775"} == Bandwidth.opt_out_codes


@pytest.mark.parametrize(
    ("http_status", "fields", "code", "advice"),
    [
        (401, [], "401", Advice.STOP),
        (403, [], "403", Advice.STOP),
        (404, [], "404", Advice.STOP),
        (429, [], "429", Advice.SLOW_DOWN),
        (400, [], "400", Advice.FAIL),
        (400, ["from"], "400 from", Advice.STOP),
        (400, ["applicationId"], "400 applicationId", Advice.STOP),
        (400, ["to[0]"], "400 to", Advice.FAIL),
        (400, ["media[3]"], "400 media", Advice.FAIL),
        (400, ["priority", "text"], "400 text", Advice.FAIL),
        (400, ["unheard of"], "400", Advice.FAIL),
        (405, [], "405", Advice.FAIL),
        (406, [], "406", Advice.FAIL),
        (415, [], "415", Advice.FAIL),
        (302, [], "302", Advice.UNKNOWN),
        (500, [], "500", Advice.UNKNOWN),
        (503, ["to"], "503", Advice.UNKNOWN),
    ],
)
def test_refusal_is_judged_by_its_status_and_the_field_to_blame(
    http_status: int, fields: list[str], code: str, advice: Advice
) -> None:
    assert tables.code_of(http_status, fields) == code
    assert tables.rule_for(code, http_status).advice is advice


def test_unknown_code_of_a_report_fails_that_text_and_names_itself() -> None:
    assert Bandwidth().advice_on("4999") is Advice.FAIL
    assert "4999" in Bandwidth().words_for("4999")
    assert Bandwidth().words_for("") == ""


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("4432", DeliveryStatus.FAILED),
        ("5501", DeliveryStatus.FAILED),
        ("", DeliveryStatus.FAILED),
        ("4720", DeliveryStatus.UNDELIVERED),
        ("5650", DeliveryStatus.UNDELIVERED),
        ("5999", DeliveryStatus.UNDELIVERED),
        ("9902", DeliveryStatus.UNDELIVERED),
    ],
)
def test_what_the_carrier_did_not_deliver_had_been_sent(code: str, status: DeliveryStatus) -> None:
    assert tables.failed_status(code) is status
