"""Calls to Bandwidth's messaging API: sending a text, and asking for what it has of those that were sent."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from channels.itsp import answers
from channels.itsp.api import ERRORS, UNREADABLE, Api, ahead
from channels.itsp.bandwidth.credentials import api_login
from channels.itsp.bandwidth.errors import failure, of_question, refusal
from channels.itsp.bandwidth.webhook_calls import MESSAGE_ID, parts_of
from channels.itsp.base import Credentials, Sender
from channels.itsp.errors import Advice, ItspError
from channels.itsp.texts import Accepted, Charge, OutboundSms

CODE, NAME = "bandwidth", "Bandwidth"
MESSAGING, DASHBOARD = "https://messaging.bandwidth.com", "https://dashboard.bandwidth.com"
GATEWAY = "https://api.bandwidth.com"


def address_of(host: str, path: str) -> str:
    """Of Bandwidth's own host, or of what stands in its place."""
    return f"{settings.ITSP_API_URLS.get(CODE) or host}{path}"


class Account(Sender):
    """`timeout_s` is for each call, `total_s` for all that this object is ever asked for."""

    def __init__(self, credentials: Credentials, timeout_s: float, total_s: float | None = None) -> None:
        self._api = Api(NAME, timeout_s, total_s)
        self._login = api_login(credentials)
        self._application_id = str(credentials["application_id"])
        self._url = address_of(MESSAGING, f"/api/v2/users/{credentials['account_id']}/messages")

    def send(self, sms: OutboundSms, wait_for_slot: Callable[[], None]) -> Accepted:
        body: dict[str, Any] = {
            "applicationId": self._application_id,
            "to": [sms.recipient],
            "from": sms.sender,
            "tag": sms.reference,
        }
        body |= {"text": sms.body} if sms.body else {}
        body |= {"media": list(sms.media_urls)} if sms.media_urls else {}
        try:
            answer = self._api.call("POST", self._url, wait_for_slot, json=body, auth=self._login)
        except ERRORS as error:
            raise failure(error) from error
        if not 200 <= answer.status_code < 300:
            raise refusal(answer)
        try:
            return _accepted(answer.json())
        except UNREADABLE as error:
            raise ItspError(Advice.UNKNOWN, answers.NO_CLEAR_ANSWER()) from error

    def ask(self, filters: Mapping[str, Any]) -> tuple[dict[str, Any], timedelta]:
        """A page of the list, and how far our clock is ahead of Bandwidth's. Raises `ItspError`."""
        try:
            answer = self._api.call("GET", self._url, params=filters, auth=self._login)
        except ERRORS as error:
            raise of_question(failure(error)) from error
        if answer.status_code != 200:
            raise of_question(refusal(answer))
        try:
            said = answer.json()
            return {**said, "messages": list(said["messages"])}, ahead(answer)
        except UNREADABLE as error:
            raise ItspError(Advice.RETRY, answers.NO_LIST()) from error


def _accepted(said: Any) -> Accepted:
    message_id = said["id"]
    if not MESSAGE_ID.fullmatch(message_id):
        raise ValueError("an id that is not one of Bandwidth's")
    return Accepted(message_id, charge=Charge(parts_of(said)))
