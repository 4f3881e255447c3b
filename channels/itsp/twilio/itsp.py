"""Twilio as the engine sees it: what stands in `channels.itsp.base`, done with the `twilio` package."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from channels.itsp.base import AccountState, Credentials, Itsp, Sender
from channels.itsp.calls import Acknowledgement, SignedBy, Unreadable, WebhookCall
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import ChargeList, Found, ReceivedList, SentList
from channels.itsp.set_up import AccountNumbers, Change, Finding, SetUp
from channels.itsp.texts import InboundSms, Media, MediaRef, StatusUpdate
from channels.itsp.twilio import (
    account_numbers,
    account_state,
    charges,
    check_words,
    lists,
    media,
    received,
    signatures,
    tables,
    webhook_calls,
)
from channels.itsp.twilio.checks import ACCOUNT_STATUSES, Checks, ask_with_key, fix
from channels.itsp.twilio.client import TwilioSender, client_of, found, texting_client_of, twilios_errors
from channels.itsp.twilio.credentials import CredentialsForm, has_api_key
from channels.itsp.twilio.errors import translated_check, translated_key_check
from channels.itsp.twilio.http import ERRORS
from channels.itsp.twilio.tables import FINAL_CODES


class Twilio(Itsp):
    code = "twilio"
    name = "Twilio"
    error_page = "https://www.twilio.com/docs/api/errors/{code}"
    media_limits = media.LIMITS
    opt_out_codes = frozenset({"21610"})
    final_codes = FINAL_CODES
    texts_short_codes = False  # its error 21265
    can_list_received = True
    can_list_charges = True
    can_list_numbers = True
    credentials_form = CredentialsForm
    more_credentials = _("While the Auth Token changes, API key, region, signing key")
    noisy_loggers = frozenset({"twilio.http_client"})
    webhook_headers = signatures.HEADERS | {"i-twilio-idempotency-token", "content-type"}
    # Three tries of five seconds fit Twilio's total of fifteen; its default retries hardly anything.
    webhook_overrides = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=3000"
    answers_within_s = 3.0  # the overrides' rt; without them it would be 15

    def account_id(self, credentials: Credentials) -> str:
        return str(credentials["account_sid"])

    def check_credentials(self, credentials: Credentials) -> None:
        try:
            account = client_of(credentials).api.accounts(credentials["account_sid"]).fetch()
        except ERRORS as error:
            raise translated_check(error) from error
        if account.status not in ACCOUNT_STATUSES:
            raise translated_check(ValueError("no status that we know"))
        if account.status != "active":
            raise ItspError(Advice.STOP, check_words.STATUS(status=account.status))
        if has_api_key(credentials):
            try:
                ask_with_key(texting_client_of(credentials))
            except ERRORS as error:
                raise translated_key_check(error) from error

    def account_state(self, credentials: Credentials) -> AccountState:
        return account_state.ask(credentials)

    def list_numbers(self, credentials: Credentials, set_up: SetUp) -> AccountNumbers:
        return account_numbers.read(credentials, set_up)

    def advice_on(self, error_code: str) -> Advice:
        return tables.advice_on(error_code)

    def words_for(self, error_code: str) -> str:
        return tables.words_for(error_code)

    def check_set_up(self, credentials: Credentials, set_up: SetUp) -> Iterator[Finding]:
        client = client_of(credentials, total_s=settings.SET_UP_CHECK_TOTAL_S)
        texting = texting_client_of(credentials) if has_api_key(credentials) else None
        has_key = self.has_webhook_key(credentials)
        return Checks(client, credentials["account_sid"], set_up, texting, has_key).findings()

    def fix(
        self, credentials: Credentials, set_up: SetUp, *, number: str, approved: Sequence[Change]
    ) -> bool:
        with twilios_errors():
            client = client_of(credentials, total_s=settings.SET_UP_CHECK_TOTAL_S)
            return fix(client, set_up, number=number, approved=approved)

    def is_authentic(self, call: WebhookCall, credentials: Credentials) -> bool:
        return signatures.is_authentic(call, credentials)

    def signed_by(self, call: WebhookCall, credentials: Credentials) -> SignedBy:
        return signatures.signed_by(call)

    def has_webhook_key(self, credentials: Credentials) -> bool:
        return bool(credentials.get("webhook_key"))

    def read(
        self, call: WebhookCall, credentials: Credentials
    ) -> list[InboundSms | StatusUpdate | Unreadable]:
        return webhook_calls.read(call)

    def acknowledge(self, call: WebhookCall) -> Acknowledgement:
        if webhook_calls.is_status(call):
            return Acknowledgement()
        return Acknowledgement('<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml")

    def sender(self, credentials: Credentials) -> Sender:
        return TwilioSender(credentials, settings.ITSP_TIMEOUT_S)

    def list_sent(
        self, credentials: Credentials, *, sender: str, recipient: str, since: datetime
    ) -> SentList:
        between = {"to": recipient, "from_": sender}
        return SentList(lists.sent(credentials, since=since, must_end=True, filters=between))

    def list_recent(self, credentials: Credentials, *, since: datetime) -> list[Found]:
        return lists.sent(credentials, since=since, must_end=False, filters={})

    def list_received(
        self, credentials: Credentials, *, recipient: str, since: datetime, until: datetime, most_calls: int
    ) -> ReceivedList:
        return received.received(
            credentials, recipient=recipient, since=since, until=until, most_calls=most_calls
        )

    def list_charges(
        self, credentials: Credentials, *, since: datetime, until: datetime, most_calls: int
    ) -> ChargeList:
        return charges.listed(credentials, since=since, until=until, most_calls=most_calls)

    def list_media(self, credentials: Credentials, itsp_message_id: str) -> tuple[MediaRef, ...]:
        return received.media_of(credentials, itsp_message_id)

    def look_up(self, credentials: Credentials, itsp_message_id: str) -> Found:
        account = TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S)
        with twilios_errors():
            message = account.messages(itsp_message_id).fetch()
            return found(message, account.http.ahead())

    def cancel(self, credentials: Credentials, itsp_message_id: str) -> bool:
        try:
            with twilios_errors():
                texting_client_of(credentials).messages(itsp_message_id).update(status="canceled")
        except ItspError as error:
            if error.advice is Advice.FAIL:
                return False
            raise
        return True

    def fetch_media(self, url: str, credentials: Credentials, max_bytes: int) -> Media:
        return media.fetch(url, credentials, max_bytes)
