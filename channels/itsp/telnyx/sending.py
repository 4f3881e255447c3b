"""Sends a text so that the same text, sent again within a day, is one to Telnyx."""

import hashlib
from collections.abc import Callable
from typing import Any

from channels.itsp import answers
from channels.itsp.api import ERRORS, UNREADABLE
from channels.itsp.base import Credentials, Sender
from channels.itsp.errors import Advice, ItspError
from channels.itsp.telnyx.errors import refusal, unanswered
from channels.itsp.telnyx.http import Client, encoded
from channels.itsp.telnyx.messages import charge_of, id_of
from channels.itsp.texts import Accepted, OutboundSms


class TelnyxSender(Sender):
    """`timeout_s` is for each call."""

    def __init__(self, credentials: Credentials, timeout_s: float) -> None:
        self._client = Client(credentials, timeout_s)
        self._profile_id = str(credentials["messaging_profile_id"])

    def send(self, sms: OutboundSms, wait_for_slot: Callable[[], None]) -> Accepted:
        body = encoded(fields_of(sms, self._profile_id))
        headers = {"Idempotency-Key": key_of(sms, body)}
        try:
            answer = self._client.ask("POST", "messages", body=body, headers=headers, wait=wait_for_slot)
        except ERRORS as error:
            raise unanswered(error) from error
        if not answer.is_success:
            raise refusal(answer)
        try:
            message = answer.read()["data"]
            taken = Accepted(id_of(message), charge=charge_of(message))
        except UNREADABLE as error:
            raise ItspError(Advice.UNKNOWN, answers.NO_CLEAR_ANSWER()) from error
        if not taken.itsp_message_id:
            raise ItspError(Advice.UNKNOWN, answers.NO_CLEAR_ANSWER())
        return taken


def fields_of(sms: OutboundSms, profile_id: str) -> dict[str, Any]:
    """Reports go to the text's own address alone, which names it, and not to the profile's as well."""
    fields: dict[str, Any] = {
        "from": sms.sender,
        "to": sms.recipient,
        "type": "MMS" if sms.media_urls else "SMS",
        "webhook_url": sms.status_url,
        "use_profile_webhooks": False,
    }
    if sms.body or not sms.media_urls:
        fields["text"] = sms.body
    if sms.media_urls:
        fields["media_urls"] = list(sms.media_urls)
    if not sms.sender.lstrip("+").isdecimal():  # a name is of no profile by itself
        fields["messaging_profile_id"] = profile_id
    return fields


def key_of(sms: OutboundSms, body: bytes) -> str:
    """Telnyx refuses a key that comes with other bytes; so another text never has the key of one before."""
    return f"{sms.reference}-{hashlib.sha256(body).hexdigest()[:32]}"
