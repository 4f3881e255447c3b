"""What a provider posts: one item or a list of them, each an inbound text or the result of one of ours."""

import json
import re
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from channels.itsp.calls import Unreadable, WebhookCall
from channels.itsp.errors import Advice, ItspError
from channels.itsp.general import tables
from channels.itsp.general.media import LIMITS, LONGEST
from channels.itsp.general.paths import found, text_at
from channels.itsp.general.shape import Shape
from channels.itsp.texts import InboundSms, MediaRef, StatusUpdate
from channels.itsp.written import is_address, storable
from pbx_messaging.said import Kind

MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,64}")
REFERENCE = re.compile(r"[A-Za-z0-9-]{1,40}")
ERROR_CODE = re.compile(r"[A-Za-z0-9_.-]{1,16}")

_NO_JSON = Kind("general-call-no-json", _("The call is no JSON."))
_UNKNOWN_STATUS = Kind(
    "general-unknown-status", _("The status %(status)s is not among the words for statuses.")
)
_NO_ID = Kind("general-item-no-id", _("It has no id at %(path)s."))
_ODD_SENDER = Kind("general-odd-sender", _("What is at %(path)s is neither a number nor a name."))
_NO_NUMBER = Kind("general-no-number", _("What is at %(path)s is no number."))
Item = InboundSms | StatusUpdate | Unreadable


def read(call: WebhookCall, shape: Shape) -> list[Item]:
    """Raises `ItspError`."""
    try:
        told = json.loads(call.body)
    except (ValueError, RecursionError) as error:
        raise ItspError(Advice.FAIL, _NO_JSON()) from error
    return [item for one in (told if isinstance(told, list) else [told]) if (item := _item(one, shape))]


def _item(told: Any, shape: Shape) -> Item | None:
    """None for what is neither: a provider may post of other things, too."""
    word = text_at(told, shape.result_status).lower()
    if word in shape.statuses:
        return _result(told, shape)
    if isinstance(found(told, shape.inbound_text), str) or found(told, shape.inbound_media):
        return _inbound(told, shape)
    if word and text_at(told, shape.result_id):
        return Unreadable(_UNKNOWN_STATUS(status=repr(word[:40])), _id(told, shape.result_id))
    return None


def _result(told: Any, shape: Shape) -> Item:
    message_id = text_at(told, shape.result_id)
    if not MESSAGE_ID.fullmatch(message_id):
        return Unreadable(_NO_ID(path=shape.result_id), _id(told, shape.result_id))
    reference, error = text_at(told, shape.result_reference), text_at(told, shape.result_error)
    code = error if ERROR_CODE.fullmatch(error) else ""
    return StatusUpdate(
        itsp_message_id=message_id,
        account_id="",
        status=shape.statuses[text_at(told, shape.result_status).lower()],
        reference=reference if REFERENCE.fullmatch(reference) else "",
        error_code=code,
        reason=tables.words_for(code),
    )


def _inbound(told: Any, shape: Shape) -> Item:
    message_id = text_at(told, shape.inbound_id)
    if not MESSAGE_ID.fullmatch(message_id):
        return Unreadable(_NO_ID(path=shape.inbound_id), _id(told, shape.inbound_id))
    sender, recipient = text_at(told, shape.inbound_from), text_at(told, shape.inbound_to)
    if sender and not is_address(sender):
        return Unreadable(_ODD_SENDER(path=shape.inbound_from), message_id)
    if not is_address(recipient):
        return Unreadable(_NO_NUMBER(path=shape.inbound_to), message_id)
    return InboundSms(
        itsp_message_id=message_id,
        account_id="",
        sender=sender,
        recipient=recipient,
        body=storable(text_at(told, shape.inbound_text)),
        media=_media(found(told, shape.inbound_media)),
    )


def _media(told: Any) -> tuple[MediaRef, ...]:
    """Addresses, or objects with `url` and `content_type`."""
    files = told if isinstance(told, list) else [told]
    named = [one if isinstance(one, dict) else {"url": one} for one in files]
    return tuple(
        MediaRef(url, str(one.get("content_type") or guess_type(urlsplit(url).path)[0] or "")[:127])
        for one in named
        if isinstance(url := one.get("url"), str) and 0 < len(url) <= LONGEST and _is_split(url)
    )[: LIMITS.most]


def _is_split(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def _id(told: Any, path: str) -> str:
    return storable(text_at(told, path))[:64]
