"""Calls to the provider: sending a text, and asking whether the API key is right."""

from collections.abc import Callable
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from channels.itsp import answers
from channels.itsp.api import ERRORS, Api, never_left, retry_after_s
from channels.itsp.base import Credentials, Sender
from channels.itsp.errors import Advice, ItspError
from channels.itsp.general import tables
from channels.itsp.general.addresses import called, is_near
from channels.itsp.general.credentials import authorization
from channels.itsp.general.paths import put, text_at
from channels.itsp.general.shape import Shape
from channels.itsp.general.webhook_calls import ERROR_CODE, MESSAGE_ID
from channels.itsp.texts import Accepted, OutboundSms
from pbx_messaging.outside.sockets import ForbiddenAddress
from pbx_messaging.said import Kind

NAME = "General"
_CODES = ("error.code", "code", "error")  # where an error answer may have a code of its own
_NO_ID = Kind("general-no-id", _("The provider took the text, but its answer has no id at %(path)s."))
_KEY_REFUSED = Kind(
    "general-key-not-accepted",
    _("The provider does not accept this API Key. Copy it anew from the provider’s portal."),
)
_NO_YES = Kind("general-no-yes", _("The Verification URL answers with HTTP %(status)d instead of a yes."))


class GeneralSender(Sender):
    def __init__(self, credentials: Credentials) -> None:
        self._url, self._shape = called(str(credentials["send_url"])), Shape.of(credentials)
        self._headers = authorization(credentials, self._shape)
        self._api = _api(self._url, settings.ITSP_TIMEOUT_S)

    def send(self, sms: OutboundSms, wait_for_slot: Callable[[], None]) -> Accepted:
        body = body_of(sms, self._shape)
        try:
            answer = self._api.call("POST", self._url, wait_for_slot, json=body, headers=self._headers)
        except ForbiddenAddress as error:
            raise ItspError(Advice.STOP, tables.INNER_ADDRESS()) from error
        except ERRORS as error:
            if never_left(error):
                raise ItspError(Advice.RETRY, answers.NOT_REACHED()) from error
            raise ItspError(Advice.UNKNOWN, answers.NO_CLEAR_ANSWER()) from error
        if not 200 <= answer.status_code < 300:
            raise _refusal(answer)
        message_id = text_at(_json(answer), self._shape.answer_id)
        if not MESSAGE_ID.fullmatch(message_id):
            raise ItspError(Advice.UNKNOWN, _NO_ID(path=self._shape.answer_id))
        return Accepted(message_id)


def body_of(sms: OutboundSms, shape: Shape) -> dict[str, Any]:
    """What is posted for a text."""
    body: dict[str, Any] = {}
    put(body, shape.sent_from, sms.sender)
    put(body, shape.sent_to, sms.recipient)
    put(body, shape.sent_text, sms.body)
    if sms.media_urls:
        put(body, shape.sent_media, list(sms.media_urls))
    put(body, shape.sent_reference, sms.reference)
    return body


def verify(credentials: Credentials) -> None:
    """Asks whether the key is right, where there is an address for it. Raises `ItspError`."""
    if not credentials.get("verify_url"):
        return
    url = called(str(credentials["verify_url"]))
    headers = authorization(credentials, Shape.of(credentials))
    try:
        answer = _api(url, settings.ITSP_CHECK_TIMEOUT_S).call("GET", url, headers=headers)
    except ForbiddenAddress as error:
        raise ItspError(Advice.STOP, tables.INNER_ADDRESS(), field="verify_url") from error
    except ERRORS as error:
        raise ItspError(Advice.RETRY, answers.NOT_REACHED()) from error
    if answer.status_code in {401, 403}:
        raise ItspError(Advice.STOP, _KEY_REFUSED(), str(answer.status_code), field="api_key")
    if not 200 <= answer.status_code < 300:
        said = _NO_YES(status=answer.status_code)
        raise ItspError(Advice.RETRY, said, str(answer.status_code))


def _api(url: str, timeout_s: float) -> Api:
    return Api(NAME, timeout_s, public_only=not is_near(url))


def _refusal(answer: requests.Response) -> ItspError:
    advice, refused = tables.rule_for(answer.status_code)
    said = _json(answer)
    codes = (code for path in _CODES if ERROR_CODE.fullmatch(code := text_at(said, path)))
    code = next(codes, str(answer.status_code))
    return ItspError(advice, refused(code=code), code, retry_after_s(answer))


def _json(answer: requests.Response) -> Any:
    """None for what is none."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None
