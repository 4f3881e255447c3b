"""What the settings come to: the request for a sample text, and how a sample call would be read."""

import json
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from channels.itsp.base import Credentials
from channels.itsp.calls import Unreadable, WebhookCall
from channels.itsp.errors import ItspError
from channels.itsp.general.client import body_of
from channels.itsp.general.credentials import authorization
from channels.itsp.general.paths import put
from channels.itsp.general.shape import Shape
from channels.itsp.general.webhook_calls import Item, read
from channels.itsp.preview import Preview, Reading
from channels.itsp.texts import InboundSms, OutboundSms, StatusUpdate

OURS, CONTACT = "+14155550100", "+14155550123"
_SENT = OutboundSms(
    sender=OURS,
    recipient=CONTACT,
    body="Yes, till six.",
    callback_url="",
    reference="attempt-4711",
    media_urls=("https://pbx.example.com/m/menu.jpg",),
)
LONGEST_SAMPLE = 20_000


def preview(credentials: Credentials, sample: str) -> Preview:
    shape = Shape.of(credentials)
    sample = sample.strip()[:LONGEST_SAMPLE] or _sample(shape)
    call = WebhookCall("POST", "", {}, sample.encode("utf-8", "replace"), timezone.now())
    request = _request(credentials, shape)
    try:
        items = read(call, shape)
    except ItspError as error:
        return Preview(request, sample, problem=error.reason)
    if not items:
        return Preview(
            request, sample, problem=_("It is neither a text nor a result: PBX answers, and that is all.")
        )
    return Preview(request, sample, [_reading(item) for item in items])


def _request(credentials: Credentials, shape: Shape) -> str:
    headers = authorization(credentials, shape, shown="••••••••") | {"Content-Type": "application/json"}
    lines = [
        f"POST {credentials.get('send_url') or 'https://…'}",
        *(f"{name}: {said}" for name, said in headers.items()),
    ]
    return "\n".join([*lines, "", _json(body_of(_SENT, shape))])


def _sample(shape: Shape) -> str:
    """A text and a result, as the present settings expect them."""
    text: dict[str, Any] = {}
    put(text, shape.inbound_id, "in-4711")
    put(text, shape.inbound_from, CONTACT)
    put(text, shape.inbound_to, OURS)
    put(text, shape.inbound_text, "Are you open today?")
    put(text, shape.inbound_media, ["https://media.example.com/door.jpg"])
    result: dict[str, Any] = {}
    put(result, shape.result_id, "out-4712")
    put(result, shape.result_status, "delivered")
    put(result, shape.result_reference, _SENT.reference)
    return _json([text, result])


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _reading(item: Item) -> Reading:
    if isinstance(item, Unreadable):
        return Reading(_("It can’t be read"), [(_("Why"), item.reason)], is_fine=False)
    if isinstance(item, InboundSms):
        return Reading(_("An inbound text"), _filled(_text_rows(item)), is_fine=True)
    return Reading(_("The result of a text of ours"), _filled(_result_rows(item)), is_fine=True)


def _text_rows(item: InboundSms) -> Sequence[tuple[str, str]]:
    return [
        (_("The text’s id"), item.itsp_message_id),
        (_("The contact’s number"), item.sender),
        (_("Our number"), item.recipient),
        (_("Text"), item.body),
        (_("Pictures and files"), ", ".join(one.url for one in item.media)),
    ]


def _result_rows(item: StatusUpdate) -> Sequence[tuple[str, str]]:
    return [
        (_("The text’s id"), item.itsp_message_id),
        (_("Status"), str(item.status.label)),
        (_("Reference"), item.reference),
        (_("Error code"), item.error_code),
    ]


def _filled(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(label, value) for label, value in rows if value]
