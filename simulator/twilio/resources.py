"""The JSON shapes of Twilio's resources."""

from __future__ import annotations

from typing import Any

from simulator.encoding import iso8601, rfc2822
from simulator.records import Account, Media, Message, Number
from simulator.settings import Settings

API = "2010-04-01"


def account_uri(account: Account) -> str:
    return f"/{API}/Accounts/{account.sid}"


def message_resource(
    account: Account, message: Message, *, behind_s: float = 0.0, price: str | None = None
) -> dict[str, Any]:
    """`behind_s`: how far the clock that its times are told by is behind."""
    sent_at = None if message.sent_at is None else message.sent_at - behind_s
    uri = f"{account_uri(account)}/Messages/{message.sid}"
    return {
        "account_sid": account.sid,
        "api_version": API,
        "body": message.body,
        "date_created": rfc2822(message.created_at - behind_s),
        "date_sent": rfc2822(sent_at),
        "date_updated": rfc2822(message.updated_at - behind_s),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.from_,
        "messaging_service_sid": None,
        "num_media": str(message.num_media),
        "num_segments": str(message.num_segments),
        "price": price,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"feedback": f"{uri}/Feedback.json", "media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def media_resource(account: Account, media: Media) -> dict[str, Any]:
    return {
        "sid": media.sid,
        "account_sid": account.sid,
        "parent_sid": media.message_sid,
        "content_type": media.content_type,
        "date_created": rfc2822(media.created_at),
        "date_updated": rfc2822(media.created_at),
        "uri": f"{account_uri(account)}/Messages/{media.message_sid}/Media/{media.sid}.json",
    }


def number_resource(account: Account, number: Number) -> dict[str, Any]:
    return {
        "account_sid": account.sid,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": API,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": number.sms, "mms": number.mms, "fax": False},
        "date_created": rfc2822(number.created_at),
        "date_updated": rfc2822(number.updated_at),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": number.friendly_name,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": number.address,
        "sid": number.sid,
        "sms_application_sid": number.sms_application_sid,
        "sms_fallback_method": number.sms_fallback_method,
        "sms_fallback_url": number.sms_fallback_url,
        "sms_method": number.sms_method,
        "sms_url": number.sms_url,
        "status": "in-use",
        "status_callback": number.status_callback,
        "status_callback_method": "POST",
        "trunk_sid": None,
        "type": "tollfree" if number.kind == "toll-free" else "local",
        "uri": f"{account_uri(account)}/IncomingPhoneNumbers/{number.sid}.json",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": "",
        "voice_method": "POST",
        "voice_receive_mode": "voice",
        "voice_url": "",
    }


def account_resource(account: Account, settings: Settings, created_at: float) -> dict[str, Any]:
    uri = account_uri(account)
    return {
        "sid": account.sid,
        "auth_token": account.auth_token,
        "friendly_name": "Simulator",
        "status": settings.account_status,
        "type": settings.account_type,
        "owner_account_sid": settings.owner_account_sid or account.sid,
        "date_created": rfc2822(created_at),
        "date_updated": rfc2822(created_at),
        "subresource_uris": {
            "messages": f"{uri}/Messages.json",
            "incoming_phone_numbers": f"{uri}/IncomingPhoneNumbers.json",
            "balance": f"{uri}/Balance.json",
        },
        "uri": f"{uri}.json",
    }


def sub_account_resource(account: Account, sub_account: dict[str, Any], created_at: float) -> dict[str, Any]:
    own = account_resource(account, Settings(), created_at)
    sid, name = sub_account["sid"], sub_account["friendly_name"]
    return {**own, "sid": sid, "friendly_name": name, "owner_account_sid": account.sid, "auth_token": ""}


def alert_resource(account: Account, alert: dict[str, Any]) -> dict[str, Any]:
    at = iso8601(alert["at"])
    return {
        "sid": alert["sid"],
        "account_sid": account.sid,
        "alert_text": alert["text"],
        "api_version": API,
        "date_created": at,
        "date_generated": at,
        "date_updated": at,
        "error_code": str(alert["code"]),
        "log_level": "error",
        "more_info": f"https://www.twilio.com/docs/errors/{alert['code']}",
        "request_method": alert["method"],
        "request_url": alert["url"],
        "resource_sid": alert["resource_sid"],
        "service_sid": None,
        "url": f"https://monitor.twilio.com/v1/Alerts/{alert['sid']}",
    }
