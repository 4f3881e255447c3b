"""The JSON shapes of Telnyx's messages, events and numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from simulator.numbering import country_of, kind_of
from simulator.records import Media, Message, Number
from simulator.segments import GSM7
from simulator.telnyx.account import ORGANIZATION_ID, new_id
from simulator.telnyx.errors import error_item

STATUSES = {"undelivered": "delivery_failed", "failed": "sending_failed"}
PRICE = 0.004  # of a part
# Statuses in which the cost is known.
SETTLED = frozenset({"sent", "delivered", "delivery_failed", "delivery_unconfirmed"})


def moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def status_word(message: Message, status: str) -> str:
    """A message that ends as sent is one of which no receipt came."""
    if status == "sent" and message.ends_as == "sent":
        return "delivery_unconfirmed"
    return STATUSES.get(status, status)


def outbound(message: Message, status: str) -> dict[str, Any]:
    """`status` is the message's at some moment, in the store's words."""
    word = status_word(message, status)
    ended = word not in ("queued", "sending", "sent")
    failed = message.error_code is not None and word in ("delivery_failed", "sending_failed")
    return {
        **_common(message),
        "direction": "outbound",
        "from": party(message.from_),
        "to": [party(message.to) | {"status": word}],
        "media": [_outbound_media(url) for url in message.media_urls],
        "messaging_profile_id": message.of_face["messaging_profile_id"],
        "cost": _cost(message) if word in SETTLED else None,
        "sent_at": moment(message.sent_at),
        "completed_at": moment(message.updated_at) if ended else None,
        "valid_until": moment(message.created_at + message.validity_s) if word == "queued" else None,
        "errors": [error_item(message.error_code)] if failed and message.error_code else [],
        "webhook_url": message.of_face["webhook_url"],
        "webhook_failover_url": message.of_face["webhook_failover_url"],
        "tags": [],
        "tcr_campaign_id": None,
        "tcr_campaign_registered": None,
        "wait_seconds": 0.0,
    }


def inbound(
    message: Message, number: Number, word: str | None, media: list[dict[str, Any]]
) -> dict[str, Any]:
    """`word` is what Telnyx answers by itself: START, STOP, HELP."""
    return {
        **_common(message),
        "direction": "inbound",
        "from": party(message.from_),
        "to": [party(message.to) | {"status": "webhook_delivered"}],
        "cc": [],
        "media": media,
        "messaging_profile_id": number.belongs_to,
        "autoresponse_type": word,
        "cost": None,
        "sent_at": None,
        "completed_at": None,
        "valid_until": None,
        "errors": [],
        "tags": [],
    }


def _outbound_media(url: str) -> dict[str, Any]:
    return {"url": url, "content_type": None, "sha256": None, "size": None}


def inbound_media(media: Media, url: str, sha256: str) -> dict[str, Any]:
    return {"url": url, "content_type": media.content_type, "size": len(media.data), "hash_sha256": sha256}


def _common(message: Message) -> dict[str, Any]:
    return {
        "id": message.sid,
        "record_type": "message",
        "organization_id": ORGANIZATION_ID,
        "type": "MMS" if message.num_media else "SMS",
        "text": message.body,
        "subject": None,
        "parts": message.num_segments,
        "encoding": "GSM-7" if GSM7.issuperset(message.body) else "UCS-2",
        "received_at": moment(message.created_at),
    }


def party(address: str) -> dict[str, Any]:
    return {"phone_number": address, "carrier": "", "line_type": ""}


def _cost(message: Message) -> dict[str, str]:
    return {"amount": f"{PRICE * message.num_segments:.4f}", "currency": "USD"}


def event(kind: str, payload: dict[str, Any], *, attempt: int, url: str) -> dict[str, Any]:
    return {
        "data": {
            "event_type": kind,
            "id": new_id(),
            "occurred_at": moment(datetime.now(UTC).timestamp()),
            "payload": payload,
            "record_type": "event",
        },
        "meta": {"attempt": attempt, "delivered_to": url},
    }


def delivery(entry: dict[str, Any]) -> dict[str, Any]:
    """Of the journal: a call to a webhook with all its tries, the latest first."""
    return {
        "id": entry["params"]["data"]["id"],
        "record_type": "webhook_delivery",
        "status": "failed" if entry["failure"] else "delivered",
        "started_at": moment(entry["at"]),
        "finished_at": moment(entry["tries"][-1]["at"]),
        "attempts": [_attempt(one) for one in reversed(entry["tries"])],
        "webhook": entry["params"]["data"],
    }


def _attempt(one: dict[str, Any]) -> dict[str, Any]:
    response = {"status": one["status"], "headers": [], "body": ""} if one["status"] else None
    return {
        "status": "failed" if one["failure"] else "delivered",
        "started_at": moment(one["at"]),
        "finished_at": moment(one["at"] + one["ms"] / 1000),
        "errors": [],
        "http": {"request": {"url": one["url"], "headers": []}, "response": response},
    }


def number_id(number: Number) -> str:
    return str(int(number.sid[2:18], 16))


def number_settings(number: Number) -> dict[str, Any]:
    feature = {"domestic_two_way": True, "international_inbound": True, "international_outbound": True}
    return {
        "id": number_id(number),
        "record_type": "messaging_settings",
        "phone_number": number.address,
        "messaging_profile_id": number.belongs_to or None,
        "organization_id": ORGANIZATION_ID,
        "country_code": str(country_of(number.address)),
        "type": {"international": "long-code"}.get(kind_of(number.address), kind_of(number.address)),
        "features": {"sms": feature if number.sms else None, "mms": feature if number.mms else None},
        "messaging_product": "A2P",
        "traffic_type": "A2P",
        "created_at": moment(number.created_at),
        "updated_at": moment(number.updated_at),
    }
