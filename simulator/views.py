"""Messages and numbers as /control/ and the pages show them (resources.py has Twilio's own shapes)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.journal import Journal
from simulator.records import Message, Number, Service

if TYPE_CHECKING:
    from simulator.simulator import Simulator


def message_view(message: Message) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "itsp": message.itsp,
        "direction": message.direction,
        "from": message.from_,
        "to": message.to,
        "contact": message.contact,
        "number": message.number,
        "body": message.body,
        "on_phone": message.on_phone,
        "status": message.status,
        "error_code": message.error_code,
        "num_segments": message.num_segments,
        "media": [f"/cdn/{sid}" for sid in message.media],
        "media_urls": message.media_urls,
        "created_at": message.created_at,
        "sent_at": message.sent_at,
        "history": [{"status": status, "at": at} for status, at in message.history],
        "status_callback": message.status_callback,
        "callbacks": message.callbacks,
        "webhook": message.webhook,
    }


def number_view(simulator: Simulator, number: Number) -> dict[str, Any]:
    face = simulator.faces[number.itsp]
    webhook_url, webhook_fallback_url = face.webhooks_of(number)
    return {
        "address": number.address,
        "itsp": number.itsp,
        "belongs_to": number.belongs_to,
        "is_second": number.is_second,
        "sid": number.sid,
        "friendly_name": number.friendly_name,
        "kind": number.kind,
        "sms": number.sms,
        "mms": number.mms,
        "webhook_url": webhook_url,
        "webhook_fallback_url": webhook_fallback_url,
        "led_by": face.led_by,
        "sms_url": number.sms_url,
        "sms_method": number.sms_method,
        "sms_fallback_url": number.sms_fallback_url,
        "sms_fallback_method": number.sms_fallback_method,
        "sms_application_sid": number.sms_application_sid,
        "rate": number.rate,
        "queue_limit": number.queue_limit,
        "toll_free_status": number.toll_free_status,
    }


def service_view(service: Service) -> dict[str, Any]:
    return {
        "sid": service.sid,
        "friendly_name": service.friendly_name,
        "inbound_request_url": service.inbound_request_url,
        "use_inbound_webhook_on_number": service.use_inbound_webhook_on_number,
        "campaign_status": service.campaign_status,
        "numbers": service.numbers,
    }


def message_event(journal: Journal, message: Message) -> None:
    """Tell the pages that a message is new or has changed."""
    if journal.listeners:
        journal.publish("message", message_view(message))
