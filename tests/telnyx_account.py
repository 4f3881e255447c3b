"""The simulator's Telnyx account, as an admin would copy it from the portal, and events of its own."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.models import User
from channels.itsp.calls import WebhookCall
from channels.models import Channel, WebhookAddress
from channels.webhook import url as webhook_url
from tests.factories import Road
from tests.servers import Simulator

API_KEY = "KEY0151A051A051A051A0_51a051a051a051a051a051"
PROFILE_ID = "40017e19-51a0-4e19-851a-0051a07e1951"
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex("7e19" * 16))


def public_key_of(key: Ed25519PrivateKey) -> str:
    """As the portal shows it."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


PUBLIC_KEY = public_key_of(PRIVATE_KEY)
CREDENTIALS = {"api_key": API_KEY, "messaging_profile_id": PROFILE_ID, "public_key": PUBLIC_KEY}
OUR_NUMBER, CONTACT = "+13125550150", "+14155550123"
URL = "https://pbx.example.com/w/abc/"


def inbound_event(**payload: Any) -> dict[str, Any]:
    """A contact's text as Telnyx posts it."""
    message = {
        "id": "b0c7e8cb-6227-4c74-9f32-c7f80c30934b",
        "record_type": "message",
        "direction": "inbound",
        "type": "SMS",
        "messaging_profile_id": PROFILE_ID,
        "organization_id": "0c1a51a0-7e19-4051-a051-7e1951a00e19",
        "from": {"phone_number": CONTACT, "carrier": "T-Mobile USA", "line_type": "Wireless"},
        "to": [{"phone_number": OUR_NUMBER, "carrier": "Telnyx", "status": "webhook_delivered"}],
        "cc": [],
        "text": "Are you open today?",
        "media": [],
        "parts": 1,
        "cost": {"amount": "0.0040", "currency": "USD"},
        "autoresponse_type": None,
        "errors": [],
        **payload,
    }
    return event("message.received", message)


def status_event(status: str, kind: str = "message.finalized", **payload: Any) -> dict[str, Any]:
    message = {
        "id": "834f3d53-8a3c-4aa0-a733-7f2d682a72df",
        "record_type": "message",
        "direction": "outbound",
        "type": "SMS",
        "messaging_profile_id": PROFILE_ID,
        "from": {"phone_number": OUR_NUMBER},
        "to": [{"phone_number": CONTACT, "status": status, "carrier": "", "line_type": ""}],
        "text": "Yes, until six.",
        "parts": 1,
        "errors": [],
        **payload,
    }
    return event(kind, message)


def event(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    data = {"record_type": "event", "event_type": kind, "id": "0ccc7b54-4df3-4bca-a65a-3da1ecc777f0"}
    return {
        "data": {**data, "occurred_at": "2026-11-22T10:03:12.000+00:00", "payload": payload},
        "meta": {"attempt": 1, "delivered_to": URL},
    }


def signed(body: bytes, at: datetime, key: Ed25519PrivateKey = PRIVATE_KEY) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    signature = base64.b64encode(key.sign(stamp.encode() + b"|" + body)).decode()
    return {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": signature}


def call(content: Any, *, url: str = URL, at: datetime | None = None) -> WebhookCall:
    """The content as a signed call; bytes go as they are."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    moment = at or datetime.now(UTC)
    return WebhookCall("POST", url, signed(body, moment), body, moment)


def moved_to_telnyx(road: Road, simulator: Simulator) -> Road:
    """A road whose channel is of the simulator's Telnyx account, with its number in the profile."""
    road.channel.itsp, road.channel.credentials = "telnyx", CREDENTIALS
    road.channel.save()
    number = {"address": road.number.address, "itsp": "telnyx", "belongs_to": PROFILE_ID}
    simulator.post("/control/numbers", {**number, "rate": "unlimited"})
    return road


def make_standby(road: Road, simulator: Simulator) -> Road:
    """A channel at the simulator's Telnyx that stands by for the road's number, which is there as well."""
    channel = Channel.objects.filter(itsp="telnyx").first()
    token = webhook_url.new_token(User.objects.get(username="admin"))
    if channel is None:
        channel = Channel.objects.create(
            name="Standby",
            itsp="telnyx",
            credentials=CREDENTIALS,
            sending_rate=road.channel.sending_rate,
            status=Channel.Status.CONNECTED,
        )
        WebhookAddress.objects.create(channel=channel, token=token, token_hash=webhook_url.hash_of(token))
    address = road.number.address
    there = {"address": address, "itsp": "telnyx", "belongs_to": PROFILE_ID, "is_second": True}
    simulator.post("/control/numbers", {**there, "rate": "unlimited"})
    campaigns = simulator.get("/control/telnyx")["campaigns"]  # or it would be refused the number
    simulator.post("/control/telnyx", {"campaigns": {**campaigns, address: "ASSIGNED"}})
    road.number.standby = channel
    road.number.save()
    return Road(channel, road.number, token)
