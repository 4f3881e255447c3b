"""Calls to Twilio's API about texts: sending one, and what it has of those that were sent."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from twilio.rest import Client

from channels.itsp import answers
from channels.itsp.base import Credentials, Sender
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import Found
from channels.itsp.texts import Accepted, OutboundSms
from channels.itsp.twilio import tables
from channels.itsp.twilio.credentials import account_login, texting_login
from channels.itsp.twilio.errors import translated
from channels.itsp.twilio.http import ERRORS, HttpClient
from channels.itsp.twilio.media import judged
from channels.itsp.twilio.regions import region_of


class TwilioSender(Sender):
    """`timeout_s` is for each call, `total_s` for all that this object is ever asked for.

    It logs in with the API key where there is one; about the account itself it asks with the Auth Token
    (`is_about_account`), since most keys may not.
    """

    def __init__(
        self,
        credentials: Credentials,
        timeout_s: float,
        total_s: float | None = None,
        *,
        is_about_account: bool = False,
    ) -> None:
        self.http = HttpClient(timeout_s, ends_at=total_s and time.monotonic() + total_s)
        login = account_login(credentials) if is_about_account else texting_login(credentials)
        region = region_of(credentials)
        self.client = Client(
            *login,
            account_sid=str(credentials["account_sid"]),
            region=region and region.code,
            edge=region and region.edge,
            http_client=self.http,
        )
        self.messages = self.client.messages  # imports what sending needs before the first slot comes

    def send(self, sms: OutboundSms, wait_for_slot: Callable[[], None]) -> Accepted:
        media = {"media_url": list(sms.media_urls)} if sms.media_urls else {}
        try:
            with self.http.slot(wait_for_slot):
                message = self.messages.create(
                    to=sms.recipient,
                    from_=sms.sender,
                    body=sms.body,
                    status_callback=sms.status_url,
                    **media,
                )
        except ERRORS as error:
            refusal = translated(error, self.http.retry_after_s())
            raise judged(refusal) if media else refusal from error
        if not message.sid:
            raise ItspError(Advice.UNKNOWN, answers.NO_CLEAR_ANSWER())
        return Accepted(message.sid)


def client_of(credentials: Credentials, total_s: float | None = None) -> Client:
    """About the account; with the time-out of what is asked while an admin or a worker waits."""
    account = TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S, total_s, is_about_account=True)
    return account.client


def texting_client_of(credentials: Credentials) -> Client:
    """About texts; with the same time-out."""
    return TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S).client


@contextmanager
def twilios_errors() -> Iterator[None]:
    """Within it, whatever the `twilio` package raises is an `ItspError`."""
    try:
        yield
    except ERRORS as error:
        raise translated(error) from error


def found(message: Any, ahead: timedelta) -> Found:
    """`ahead`: of Twilio's clock, ours is."""
    code = str(message.error_code or "")
    return Found(
        itsp_message_id=message.sid,
        body=(message.body or "").removeprefix(tables.TRIAL_PREFIX),
        created_at=message.date_created + ahead,
        status=tables.STATUSES.get(message.status, DeliveryStatus.ACCEPTED),
        error_code=code,
        reason=tables.words_for(code),
        media_count=int(message.num_media or 0),
    )
