"""The fields that Twilio posts to a status callback."""

from __future__ import annotations

from datetime import UTC, datetime

from simulator.records import Account, Message
from simulator.twilio.inbound_fields import API_VERSION


def params(account: Account, message: Message, status: str) -> dict[str, str]:
    fields = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "AccountSid": account.sid,
        "From": message.from_,
        "To": message.to,
        "ApiVersion": API_VERSION,
    }
    if message.error_code and status in ("failed", "undelivered"):
        fields["ErrorCode"] = str(message.error_code)
    if status in ("delivered", "undelivered"):
        fields["RawDlrDoneDate"] = datetime.now(UTC).strftime("%y%m%d%H%M")
    return fields
