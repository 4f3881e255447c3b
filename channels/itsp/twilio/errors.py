"""What the `twilio` package raises, as the engine's one error."""

import json

from django.utils.translation import gettext_lazy as _
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response

from channels.itsp import answers
from channels.itsp.api import never_left
from channels.itsp.errors import Advice, ItspError
from channels.itsp.twilio import tables
from pbx_messaging.said import Kind

_REFUSED = frozenset({"20003", "20404", "401", "404"})  # of a login
_KEY_REFUSED = Kind(
    "twilio-key-refused",
    _(
        "Twilio does not accept this API key and secret together for this account and region. Create a "
        "new key there, or leave both empty."
    ),
)
_LOGIN_REFUSED = Kind(
    "twilio-login-refused",
    _(
        "Twilio does not accept this Account SID and Auth Token together. Copy both anew from the "
        "dashboard of the account that the number was purchased with."
    ),
)
_NO_CHECK = Kind(
    "twilio-no-check", _("Twilio gave no clear answer to the check. Save again later to repeat it.")
)


def translated(error: Exception, retry_after_s: float | None = None) -> ItspError:
    """Whatever the client raises, as our one error. A 201 that can't be read is `ValueError`: unknown."""
    status = getattr(error, "status", None)
    if isinstance(error, TwilioException) and status is not None:
        code = getattr(error, "code", None)
        rule = tables.rule_for(code, status)
        words = rule.words % {"code": code or status} if rule.words is tables.REFUSED else rule.words
        return ItspError(rule.advice, answers.of_rule(words), str(code or status), retry_after_s)
    if never_left(error):
        return ItspError(Advice.RETRY, answers.NOT_REACHED())
    return ItspError(Advice.UNKNOWN, answers.NO_CLEAR_ANSWER())


def translated_list(error: Exception) -> ItspError:
    """Of a page of a list, whose refusal carries the whole answer, and which changes nothing at Twilio."""
    answer = error.args[-1] if error.args else None
    if isinstance(answer, Response):
        rule = tables.rule_for(_code_of(answer), answer.status_code)
        if rule.advice is not Advice.UNKNOWN:
            code = str(_code_of(answer) or answer.status_code)
            words = rule.words % {"code": code} if rule.words is tables.REFUSED else rule.words
            return ItspError(rule.advice, answers.of_rule(words), code)
    found = translated(error)
    if found.advice is Advice.UNKNOWN:
        return ItspError(Advice.RETRY, answers.NO_LIST())
    return found


def _code_of(answer: Response) -> int | None:
    try:
        return int(json.loads(answer.text)["code"])
    except (ValueError, TypeError, LookupError):
        return None


def translated_check(error: Exception) -> ItspError:
    """The words for an admin who has just typed the credentials."""
    return _blaming(translated(error))


def translated_key_check(error: Exception) -> ItspError:
    """As `translated_check`, of the API key, which was asked for a list."""
    found = translated_list(error)
    if found.code in _REFUSED:
        found.field = "api_key_secret"
        found.reason = _KEY_REFUSED()
    return found


def translated_numbers(error: Exception) -> ItspError:
    """As `translated_check`, of the list of the account's numbers."""
    return _blaming(translated_list(error))


def _blaming(found: ItspError) -> ItspError:
    """With the field that is wrong, where the account is refused."""
    if found.code in _REFUSED:
        found.field = "auth_token"
        found.reason = _LOGIN_REFUSED()
    elif found.advice is Advice.UNKNOWN:
        found.reason = _NO_CHECK()
    return found
