"""Telnyx as the engine sees it: what stands in `channels.itsp.base`."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.conf import settings

from channels.itsp.base import AccountState, Credentials, Itsp, OptOutScope, Sender
from channels.itsp.calls import Acknowledgement, SignedBy, Unreadable, WebhookCall
from channels.itsp.errors import Advice
from channels.itsp.lists import Found, OptOutPage
from channels.itsp.set_up import AccountNumbers, Change, Finding, SetUp
from channels.itsp.telnyx import account, media, opt_outs, signatures, tables, webhook_calls
from channels.itsp.telnyx.checks import Checks, fix
from channels.itsp.telnyx.credentials import CredentialsForm
from channels.itsp.telnyx.http import Client
from channels.itsp.telnyx.sending import TelnyxSender
from channels.itsp.texts import InboundSms, Media, StatusUpdate


class Telnyx(Itsp):
    """The account that calls must name is the messaging profile: the API key tells none."""

    code = "telnyx"
    name = "Telnyx"
    error_page = "https://developers.telnyx.com/docs/messaging/messages/error-codes"
    media_limits = media.LIMITS
    opt_out_codes = frozenset({tables.STOPPED})
    opt_out_scope = OptOutScope.ACCOUNT
    final_codes = tables.FINAL_CODES
    repeats_safely_for = timedelta(hours=23)  # it forgets a key after 24
    can_list_sent = False
    can_cancel = False
    can_list_numbers = True
    can_list_opt_outs = True
    answers_within_s = 2.0
    credentials_form = CredentialsForm
    webhook_headers = signatures.HEADERS | {"content-type"}

    def account_id(self, credentials: Credentials) -> str:
        return str(credentials["messaging_profile_id"])

    def check_credentials(self, credentials: Credentials) -> None:
        account.check(credentials)

    def account_state(self, credentials: Credentials) -> AccountState:
        return account.state(credentials)

    def list_numbers(self, credentials: Credentials, set_up: SetUp) -> AccountNumbers:
        return account.numbers(credentials, set_up)

    def advice_on(self, error_code: str) -> Advice:
        return tables.advice_on(error_code)

    def words_for(self, error_code: str) -> str:
        return tables.words_for(error_code)

    def check_set_up(self, credentials: Credentials, set_up: SetUp) -> Iterator[Finding]:
        return Checks(_checking(credentials), credentials, set_up).findings()

    def fix(
        self, credentials: Credentials, set_up: SetUp, *, number: str, approved: Sequence[Change]
    ) -> bool:
        return fix(_checking(credentials), credentials, set_up, number=number, approved=approved)

    def is_authentic(self, call: WebhookCall, credentials: Credentials) -> bool:
        return signatures.is_authentic(call, credentials)

    def signed_by(self, call: WebhookCall, credentials: Credentials) -> SignedBy:
        return signatures.signed_by(call)

    def read(
        self, call: WebhookCall, credentials: Credentials
    ) -> list[InboundSms | StatusUpdate | Unreadable]:
        return webhook_calls.read(call)

    def acknowledge(self, call: WebhookCall) -> Acknowledgement:
        return Acknowledgement()

    def sender(self, credentials: Credentials) -> Sender:
        return TelnyxSender(credentials, settings.ITSP_TIMEOUT_S)

    def look_up(self, credentials: Credentials, itsp_message_id: str) -> Found:
        return account.look_up(credentials, itsp_message_id)

    def list_opt_outs(self, credentials: Credentials, *, numbers: Sequence[str], place: str) -> OptOutPage:
        return opt_outs.page(credentials, numbers, place)

    def fetch_media(self, url: str, credentials: Credentials, max_bytes: int) -> Media:
        return media.fetch(url, max_bytes)


def _checking(credentials: Credentials) -> Client:
    return Client(credentials, settings.ITSP_CHECK_TIMEOUT_S, total_s=settings.SET_UP_CHECK_TOTAL_S)
