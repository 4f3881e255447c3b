"""A text from the ITSP's list as something that the intake takes in, the journal keeps and a replay reads."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from channels.itsp.calls import WebhookCall
from channels.itsp.texts import InboundSms, MediaRef
from channels.models import Channel
from sessions.receiving.arrivals import Arrival, Source


class Fetched(NamedTuple):
    """`at` is the ITSP's own date."""

    sms: InboundSms
    at: datetime


def arrival_of(channel: Channel, fetched: Fetched, *, now: datetime) -> Arrival:
    fields = asdict(fetched.sms)
    del fields["charge"]  # is asked for later, like that of any text
    body = json.dumps({"at": fetched.at.isoformat(), **fields}, ensure_ascii=False)
    call = WebhookCall("GET", "", {"content-type": "application/json"}, body.encode(), now)
    return Arrival("", call, now, channel=channel, source=Source.FETCHED)


def read(call: WebhookCall) -> Fetched:
    """What `arrival_of` wrote."""
    fields = json.loads(call.body)
    at = datetime.fromisoformat(fields.pop("at"))
    media = tuple(MediaRef(**one) for one in fields.pop("media"))
    return Fetched(InboundSms(**fields, media=media), at)
