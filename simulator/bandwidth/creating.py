"""May this message be sent? What Bandwidth refuses at once, and what it takes and then reports as failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from simulator.bandwidth.account import CODE, account_of, application_of
from simulator.bandwidth.errors import ApiError
from simulator.faults import Fault
from simulator.numbering import ALPHANUMERIC, E164, SHORT_CODE
from simulator.records import Message, Number
from simulator.segments import count_segments
from simulator.simulator import Simulator

LONGEST_TEXT, LONGEST_TAG, LONGEST_URL, MOST_MEDIA, MOST_RECIPIENTS = 2048, 1024, 4096, 10, 10
QUEUE_S = 15 * 60
KNOWN = frozenset({"applicationId", "to", "from", "text", "media", "tag", "priority", "expiration"})
REFUSE = frozenset({"refuse"})
FOREIGN_SENDER, OPTED_OUT, COUNTRY = 4403, 4775, 4432


def check_message(simulator: Simulator, body: Any) -> tuple[Message, Number]:
    """The message that was asked for, and its sender; `ApiError` where Bandwidth refuses at once."""
    if not isinstance(body, dict):
        raise ApiError(400)
    if wrong := _wrong_fields(body):
        raise ApiError(400, fields=wrong)
    application = application_of(simulator, body["applicationId"])
    if application is None or application.service_type != "Messaging-V2":
        raise ApiError(400, fields={"applicationId": "It does not belong to the account"})
    text, media = body.get("text", ""), body.get("media", [])
    number = simulator.state.number_at(body["from"], CODE)
    sender = number or Number.bought(body["from"], CODE)
    if simulator.delivery.line(sender).waiting_segments >= account_of(simulator).rate * QUEUE_S:
        raise ApiError(429)
    message = Message(
        sid=simulator.faces[CODE].new_id(has_media=bool(media)),
        direction="outbound-api",
        from_=body["from"],
        to=body["to"][0],
        body=text,
        status="queued",
        num_segments=1 if media else count_segments(text),
        media_urls=list(media),
        status_callback=application.outbound_url,
        itsp=CODE,
        of_face={"tag": body.get("tag", ""), "application_id": application.application_id},
    )
    if code := _fails_later(simulator, message, number):
        message.ends_as, message.ends_with = "failed", code
    return message, sender


def _wrong_fields(body: dict[str, Any]) -> dict[str, str]:
    checks: dict[str, Callable[[Any], bool]] = {
        "applicationId": lambda value: isinstance(value, str) and bool(value),
        "to": _are_recipients,
        "from": _is_sender,
        "text": lambda value: isinstance(value, str) and len(value) <= LONGEST_TEXT,
        "media": _are_files,
        "tag": lambda value: isinstance(value, str) and len(value) <= LONGEST_TAG,
        "priority": lambda value: value in ("default", "high"),
    }
    needed = {"applicationId", "to", "from"}
    wrong = {
        name: "is missing or not as it must be"
        for name, is_right in checks.items()
        if (name in body or name in needed) and not is_right(body.get(name))
    }
    if not wrong and not body.get("text") and not body.get("media"):
        wrong["text"] = "either text or media must be given"
    return wrong | dict.fromkeys(body.keys() - KNOWN, "is unknown")


def _are_recipients(value: Any) -> bool:
    is_list = isinstance(value, list) and 0 < len(value) <= MOST_RECIPIENTS
    return is_list and all(isinstance(one, str) and bool(E164.fullmatch(one)) for one in value)


def _is_sender(value: Any) -> bool:
    patterns = (E164, SHORT_CODE, ALPHANUMERIC)
    return isinstance(value, str) and any(pattern.fullmatch(value) for pattern in patterns)


def _are_files(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_MEDIA and all(map(_is_url, value))


def _is_url(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_URL:
        return False
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _fails_later(simulator: Simulator, message: Message, number: Number | None) -> int | None:
    """With which code it is reported as failed; None if it may go."""
    application_id = message.of_face["application_id"]
    if number is None or not number.sms or number.belongs_to != application_id:
        return FOREIGN_SENDER
    if any(message.to.startswith(prefix) for prefix in simulator.settings.blocked_prefixes):
        return COUNTRY
    if (message.to, message.from_) in simulator.state.opt_outs:
        return OPTED_OUT
    refusal: Fault | None = simulator.faults.take(REFUSE, number=message.from_, to=message.to, create=True)
    return refusal.options["code"] if refusal else None
