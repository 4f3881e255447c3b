"""A provider of the general interface, as the engine sees it: it can’t be asked what it has of us."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy

from channels.itsp.base import Credentials, Itsp, Sender
from channels.itsp.calls import Acknowledgement, SignedBy, Unreadable, WebhookCall
from channels.itsp.errors import Advice
from channels.itsp.general import addresses, checks, media, preview, signatures, tables, webhook_calls
from channels.itsp.general.client import NAME, GeneralSender, verify
from channels.itsp.general.credentials import CredentialsForm, secrets_of
from channels.itsp.general.shape import Shape
from channels.itsp.preview import Preview
from channels.itsp.set_up import Change, Finding, SetUp
from channels.itsp.texts import InboundSms, Media, StatusUpdate


class General(Itsp):
    code = addresses.CODE
    name = NAME
    credentials_form = CredentialsForm
    more_credentials = gettext_lazy("Name, Verification URL, field names, signature")
    media_limits = media.LIMITS
    webhook_headers = signatures.SIGNATURE_HEADERS | {"content-type"}
    can_list_sent = False
    can_look_up = False
    can_cancel = False
    has_preview = True

    def account_id(self, credentials: Credentials) -> str:
        return ""

    def answers_stop(self, number: str) -> bool:
        return False

    def check_credentials(self, credentials: Credentials) -> None:
        verify(credentials)

    def advice_on(self, error_code: str) -> Advice:
        return Advice.FAIL

    def words_for(self, error_code: str) -> str:
        return tables.words_for(error_code)

    def check_set_up(self, credentials: Credentials, set_up: SetUp) -> Iterator[Finding]:
        return checks.findings(credentials, set_up)

    def fix(
        self, credentials: Credentials, set_up: SetUp, *, number: str, approved: Sequence[Change]
    ) -> bool:
        """Its findings propose no changes."""
        return False

    def headers_of(self, credentials: Credentials) -> frozenset[str]:
        return self.webhook_headers | signatures.headers_of(Shape.of(credentials))

    def is_authentic(self, call: WebhookCall, credentials: Credentials) -> bool:
        return signatures.is_authentic(call, Shape.of(credentials), secrets_of(credentials))

    def signed_by(self, call: WebhookCall, credentials: Credentials) -> SignedBy:
        is_signed = signatures.is_signed(call, Shape.of(credentials))
        return SignedBy.ACCOUNT if is_signed else SignedBy.NOBODY

    def read(
        self, call: WebhookCall, credentials: Credentials
    ) -> list[InboundSms | StatusUpdate | Unreadable]:
        return webhook_calls.read(call, Shape.of(credentials))

    def preview(self, credentials: Credentials, sample: str) -> Preview:
        return preview.preview(credentials, sample)

    def acknowledge(self, call: WebhookCall) -> Acknowledgement:
        return Acknowledgement()

    def sender(self, credentials: Credentials) -> Sender:
        return GeneralSender(credentials)

    def fetch_media(self, url: str, credentials: Credentials, max_bytes: int) -> Media:
        return media.fetch(url, credentials, max_bytes)
