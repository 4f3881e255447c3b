"""Telnyx's refusals, and the lack of an answer, as the engine's one error."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels.itsp import answers
from channels.itsp.api import ERRORS, UNREADABLE, never_left
from channels.itsp.errors import Advice, ItspError
from channels.itsp.telnyx import tables
from channels.itsp.telnyx.http import Answer
from pbx_messaging.said import Kind

CODE = re.compile(r"[0-9]{4,6}")
LONGEST_WAIT_S = 3600.0
_KEY_REFUSED = Kind(
    "telnyx-key-refused",
    _("Telnyx does not accept this API key. Create a V2 key in the portal, and enter it here."),
)
_NO_PROFILE = Kind(
    "telnyx-no-profile", _("The account of this API key has no messaging profile with this ID.")
)


def refusal(answer: Answer) -> ItspError:
    """Of an answer that is no success."""
    code = code_of(answer)
    rule = tables.rule_for(code, answer.status)
    shown = code or str(answer.status)
    words = rule.words % {"code": shown} if rule.words is tables.REFUSED else rule.words
    return ItspError(rule.advice, answers.of_rule(words), shown, _wait_s(answer))


def code_of(answer: Answer) -> str:
    """The first that we know, else the first; "" if it tells none."""
    try:
        told = [str(one["code"]) for one in answer.read()["errors"]]
    except UNREADABLE:
        return ""
    codes = [code for code in told if CODE.fullmatch(code)]
    return next((code for code in codes if code in tables.ERRORS), next(iter(codes), ""))


def _wait_s(answer: Answer) -> float | None:
    """How long to wait, where requests came too fast."""
    if answer.status != 429:
        return None
    for name in ("Retry-After", "x-ratelimit-reset"):
        told = answer.headers.get(name, "")
        if told.replace(".", "", 1).isdecimal() and float(told) <= LONGEST_WAIT_S:
            return float(told)
    return None


def unanswered(error: Exception) -> ItspError:
    """Whether anything can have been sent."""
    if never_left(error):
        return ItspError(Advice.RETRY, answers.NOT_REACHED())
    return ItspError(Advice.UNKNOWN, answers.NO_CLEAR_ANSWER())


@contextmanager
def reading() -> Iterator[None]:
    """Around questions that change nothing at Telnyx: without a clear answer they may be asked again."""
    try:
        yield
    except ERRORS as error:
        raise ItspError(Advice.RETRY, answers.NOT_REACHED()) from error
    except UNREADABLE as error:
        raise ItspError(Advice.RETRY, answers.NOT_TOLD()) from error


def told(answer: Answer) -> Any:
    """What a question's answer has under `data`. Raises `ItspError` if it is a refusal."""
    if answer.is_success:
        return answer.read()["data"]
    error = refusal(answer)
    if error.advice is Advice.UNKNOWN:
        error = replace(error, advice=Advice.RETRY, reason=answers.NOT_TOLD())
    raise error


def blaming(error: ItspError, answer: Answer) -> ItspError:
    """With the field of the form that is wrong, for an admin who has just typed it."""
    if answer.status in {401, 403}:
        return replace(error, advice=Advice.STOP, reason=_KEY_REFUSED(), field="api_key")
    if answer.status in {400, 404, 422}:
        return replace(error, advice=Advice.STOP, reason=_NO_PROFILE(), field="messaging_profile_id")
    return error
