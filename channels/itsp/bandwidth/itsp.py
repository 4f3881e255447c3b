"""Bandwidth as the engine sees it: what stands in `channels.itsp.base`, done by HTTP by hand."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings

from channels.itsp.bandwidth import checks, credential_checks, lists, media, tables, webhook_calls
from channels.itsp.bandwidth.client import CODE, NAME, Account
from channels.itsp.bandwidth.credentials import CredentialsForm, made_credentials
from channels.itsp.base import AccountState, Credentials, Itsp, Sender
from channels.itsp.calls import Acknowledgement, SignedBy, Unreadable, WebhookCall
from channels.itsp.errors import Advice
from channels.itsp.lists import Found, SentList
from channels.itsp.set_up import AccountNumbers, Change, Finding, SetUp
from channels.itsp.texts import InboundSms, Media, StatusUpdate
from channels.phone_numbers import is_toll_free


class Bandwidth(Itsp):
    code = CODE
    name = NAME
    error_page = "https://dev.bandwidth.com/docs/messaging/errors/#{code}"
    media_limits = media.LIMITS
    opt_out_codes = tables.OPT_OUT_CODES
    final_codes = tables.FINAL_CODES
    can_cancel = False
    can_list_numbers = True
    credentials_form = CredentialsForm
    webhook_headers = frozenset({webhook_calls.HEADER})
    secret_headers = frozenset({webhook_calls.HEADER})
    answers_within_s = 10.0

    def account_id(self, credentials: Credentials) -> str:
        """Calls name the application; the account that it belongs to, they don't."""
        return str(credentials["application_id"])

    def made_credentials(self) -> dict[str, str]:
        return made_credentials()

    def check_credentials(self, credentials: Credentials) -> None:
        credential_checks.check(credentials)

    def account_state(self, credentials: Credentials) -> AccountState:
        return AccountState(lists.newest(credentials, settings.ITSP_CHECK_TIMEOUT_S))

    def list_numbers(self, credentials: Credentials, set_up: SetUp) -> AccountNumbers:
        return checks.account_numbers(credentials, set_up)

    def advice_on(self, error_code: str) -> Advice:
        return tables.advice_on(error_code)

    def words_for(self, error_code: str) -> str:
        return tables.words_for(error_code)

    def answers_stop(self, number: str) -> bool:
        return is_toll_free(number)

    def check_set_up(self, credentials: Credentials, set_up: SetUp) -> Iterator[Finding]:
        return checks.findings(credentials, set_up)

    def fix(
        self, credentials: Credentials, set_up: SetUp, *, number: str, approved: Sequence[Change]
    ) -> bool:
        return checks.fix(credentials, set_up, approved)

    def is_authentic(self, call: WebhookCall, credentials: Credentials) -> bool:
        return webhook_calls.is_authentic(call, credentials)

    def signed_by(self, call: WebhookCall, credentials: Credentials) -> SignedBy:
        return SignedBy.ACCOUNT if webhook_calls.HEADER in call.headers else SignedBy.NOBODY

    def read(
        self, call: WebhookCall, credentials: Credentials
    ) -> list[InboundSms | StatusUpdate | Unreadable]:
        return webhook_calls.read(call)

    def acknowledge(self, call: WebhookCall) -> Acknowledgement:
        return Acknowledgement()

    def sender(self, credentials: Credentials) -> Sender:
        return Account(credentials, settings.ITSP_TIMEOUT_S)

    def list_sent(
        self, credentials: Credentials, *, sender: str, recipient: str, since: datetime
    ) -> SentList:
        between = {"sourceTn": sender, "destinationTn": recipient}
        texts = lists.sent(credentials, since=since, must_end=True, filters=between)
        return SentList(texts, proves_absence=False)

    def list_recent(self, credentials: Credentials, *, since: datetime) -> list[Found]:
        return lists.sent(credentials, since=since, must_end=False, filters={})

    def look_up(self, credentials: Credentials, itsp_message_id: str) -> Found:
        return lists.one(credentials, itsp_message_id)

    def fetch_media(self, url: str, credentials: Credentials, max_bytes: int) -> Media:
        return media.fetch(url, credentials, max_bytes)
