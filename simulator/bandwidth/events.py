"""The events that Bandwidth posts: a contact's text, and what became of one of ours."""

from __future__ import annotations

import time
from mimetypes import guess_extension
from typing import Any

from simulator.bandwidth.account import BandwidthAccount
from simulator.bandwidth.moments import moment
from simulator.records import Media, Message, Number

MEDIA = "https://messaging.bandwidth.com/api/v2/users/{account}/media/{message}/{place}/{name}"
LAYOUT = "application/smil"
KINDS = {
    "sending": ("message-sending", "Message is sending to carrier."),
    "sent": ("message-sent", "Message has left the network."),
    "delivered": ("message-delivered", "Message delivered to handset."),
    "failed": ("message-failed", "The message could not be sent."),
    "undelivered": ("message-failed", "The carrier did not deliver the message."),
}


def received(
    account: BandwidthAccount, message: Message, number: Number, files: list[Media]
) -> dict[str, Any]:
    told = _message(message, number.belongs_to) | {
        "direction": "in",
        "owner": message.to,
        "text": message.body,
    }
    if files:
        told["media"] = media_urls(account, message, files)
    return {
        "time": moment(time.time()),
        "type": "message-received",
        "to": message.to,
        "description": "Incoming message received",
        "message": told,
    }


def reported(message: Message, status: str) -> dict[str, Any]:
    """Without the words. The tag comes back with each."""
    kind, description = KINDS[status]
    told = _message(message, message.of_face["application_id"])
    told |= {"direction": "out", "owner": message.from_, "text": ""}
    told |= {"tag": message.of_face["tag"]} if message.of_face.get("tag") else {}
    told |= {"media": message.media_urls} if message.media_urls else {}
    event = {
        "time": moment(time.time()),
        "type": kind,
        "to": message.to,
        "description": description,
        "message": told,
    }
    return event | ({"errorCode": message.error_code} if kind == "message-failed" else {})


def media_urls(account: BandwidthAccount, message: Message, files: list[Media]) -> list[str]:
    """With the layout that phones send along, first."""
    names = ["0.smil", *(name_of(file, place) for place, file in enumerate(files, 1))]
    return [
        MEDIA.format(account=account.account_id, message=message.sid, place=place, name=name)
        for place, name in enumerate(names)
    ]


def name_of(file: Media, place: int) -> str:
    return f"{place}{guess_extension(file.content_type) or ''}"


def _message(message: Message, application_id: str) -> dict[str, Any]:
    return {
        "id": message.sid,
        "applicationId": application_id,
        "time": moment(message.created_at),
        "segmentCount": message.num_segments,
        "to": [message.to],
        "from": message.from_,
    }
