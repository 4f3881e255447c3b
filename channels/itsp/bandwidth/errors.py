"""What Bandwidth answers, or does not, as the engine's one error."""

from typing import Any

import requests

from channels.itsp import answers
from channels.itsp.api import never_left, retry_after_s
from channels.itsp.bandwidth import tables
from channels.itsp.errors import Advice, ItspError


def refusal(answer: requests.Response) -> ItspError:
    """Of a text. A 5xx is no clear answer: only an older page says that nothing was sent then."""
    code = tables.code_of(answer.status_code, _fields_to_blame(answer))
    rule = tables.rule_for(code, answer.status_code)
    words = rule.words % {"code": code} if rule.words is tables.REFUSED else rule.words
    return ItspError(rule.advice, answers.of_rule(words), code, retry_after_s(answer))


def failure(error: Exception) -> ItspError:
    """No answer came."""
    if never_left(error):
        return ItspError(Advice.RETRY, answers.NOT_REACHED())
    return ItspError(Advice.UNKNOWN, answers.NO_CLEAR_ANSWER())


def of_question(error: ItspError) -> ItspError:
    """What a question is answered with changes nothing at Bandwidth: it may be asked again."""
    if error.advice is not Advice.UNKNOWN:
        return error
    return ItspError(Advice.RETRY, answers.NO_LIST(), error.code, error.retry_after_s)


def _fields_to_blame(answer: requests.Response) -> list[str]:
    try:
        said: Any = answer.json()
        return [str(one["fieldName"]) for one in said["fieldErrors"]]
    except (ValueError, TypeError, LookupError, RecursionError):
        return []
