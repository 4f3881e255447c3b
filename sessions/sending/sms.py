"""A text as it is handed to the ITSP, to the byte, however often it is made for the same claim."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from datetime import datetime

from channels.itsp.texts import OutboundSms
from channels.models import Channel, WebhookAddress
from channels.webhook import url as webhook_url
from pbx_messaging.signatures import sign
from sessions.media.links import links_of
from sessions.models import Attempt
from sessions.sending import references

_PURPOSE = b"sessions.sending.sms"
_BYTES = 18


def callback_tokens(channels: Iterable[Channel]) -> dict[int, str]:
    """The token of each channel's newest address."""
    addresses = WebhookAddress.objects.filter(channel__in=channels).order_by("created_at")
    return {channel: str(token) for channel, token in addresses.values_list("channel", "token")}


def sms_of(attempt: Attempt, claimed_at: datetime, tokens: Mapping[int, str]) -> OutboundSms:
    return OutboundSms(
        sender=attempt.lane.number.address,
        recipient=attempt.lane.contact,
        body=attempt.message.body,
        callback_url=webhook_url.callback_url(tokens.get(attempt.channel_id, "")),
        reference=references.of(attempt),
        media_urls=links_of(attempt.message, attempt.channel.itsp, at=claimed_at),
    )


def mark_of(sms: OutboundSms) -> str:
    """By which it is known whether a text is the same; it tells nobody what the text says."""
    said = json.dumps(astuple(sms)).encode()
    return base64.urlsafe_b64encode(sign(said, purpose=_PURPOSE, length=_BYTES)).decode()
