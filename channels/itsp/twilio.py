"""Twilio Programmable Messaging. The only file that imports `twilio`, with its helpers beside it."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from twilio.rest import Client

from accounts.ids import read_id
from channels.itsp import twilio_media
from channels.itsp import twilio_tables as tables
from channels.itsp.base import (
    Accepted,
    Acknowledgement,
    Advice,
    Credentials,
    DeliveryStatus,
    Found,
    InboundSms,
    Itsp,
    ItspError,
    Media,
    MediaRef,
    OutboundSms,
    Sender,
    StatusUpdate,
    WebhookCall,
)
from channels.itsp.set_up import Change, Finding, SetUp
from channels.itsp.twilio_checks import Checks, fix
from channels.itsp.twilio_errors import translated, translated_check
from channels.itsp.twilio_http import ERRORS, HttpClient

SIGNATURE = "x-twilio-signature"


class CredentialsForm(forms.Form):
    account_sid = forms.RegexField(
        label=gettext_lazy("Account SID"),
        regex=r"^AC[0-9a-fA-F]{32}$",
        error_messages={
            "invalid": gettext_lazy(
                "An Account SID is AC and 32 more letters and digits. Copy it from the Twilio dashboard."
            )
        },
    )
    auth_token = forms.CharField(
        label=gettext_lazy("Auth Token"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class TwilioSender(Sender):
    def __init__(self, credentials: Credentials, timeout_s: float) -> None:
        self.http = HttpClient(timeout_s)
        self.client = Client(credentials["account_sid"], credentials["auth_token"], http_client=self.http)
        self.messages = self.client.messages  # imports what sending needs before the first slot comes

    def send(self, sms: OutboundSms, wait_for_slot: Callable[[], None]) -> Accepted:
        media = {"media_url": list(sms.media_urls)} if sms.media_urls else {}
        try:
            with self.http.slot(wait_for_slot):
                message = self.messages.create(
                    to=sms.recipient,
                    from_=sms.sender,
                    body=sms.body,
                    status_callback=sms.callback_url,
                    **media,
                )
        except ERRORS as error:
            refusal = translated(error, self.http.retry_after_s())
            raise twilio_media.judged(refusal) if media else refusal from error
        if not message.sid:
            raise ItspError(Advice.UNKNOWN, str(tables.NO_CLEAR_ANSWER))
        return Accepted(message.sid)


def _client(credentials: Credentials) -> Client:
    return TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S).client


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except ERRORS as error:
        raise translated(error) from error


def _found(message: Any, ahead: timedelta) -> Found:
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


class Twilio(Itsp):
    code = "twilio"
    name = "Twilio"
    error_page = "https://www.twilio.com/docs/api/errors/{code}"
    media_limits = twilio_media.LIMITS
    opt_out_codes = frozenset({"21610"})
    credentials_form = CredentialsForm
    webhook_headers = frozenset({SIGNATURE, "i-twilio-idempotency-token", "content-type"})
    # Three tries of five seconds fit Twilio's total of fifteen; its default retries hardly anything.
    webhook_overrides = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=3000"

    def account_id(self, credentials: Credentials) -> str:
        return str(credentials["account_sid"])

    def check_credentials(self, credentials: Credentials) -> None:
        sender = TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S)
        try:
            account = sender.client.api.accounts(credentials["account_sid"]).fetch()
        except ERRORS as error:
            raise translated_check(error) from error
        if account.status != "active":
            raise ItspError(Advice.STOP, _("The Twilio account is %(status)s.") % {"status": account.status})

    def advice_on(self, error_code: str) -> Advice:
        return tables.advice_on(error_code)

    @property
    def is_stand_in(self) -> bool:
        return bool(settings.TWILIO_API_URL)

    def check_set_up(self, credentials: Credentials, set_up: SetUp) -> Iterator[Finding]:
        return Checks(_client(credentials), credentials["account_sid"], set_up).findings()

    def fix(
        self, credentials: Credentials, set_up: SetUp, *, number: str, approved: Sequence[Change]
    ) -> bool:
        with _errors():
            return fix(_client(credentials), set_up, number=number, approved=approved)

    def is_authentic(self, call: WebhookCall, credentials: Credentials) -> bool:
        """HMAC-SHA1 over the URL and the sorted parameters, byte for byte as they came."""
        signed = call.url.encode() + b"".join(
            name + value for name, value in sorted(set(_parameters(call.body)))
        )
        key = credentials["auth_token"].encode()
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha1).digest())
        return hmac.compare_digest(expected, call.headers.get(SIGNATURE, "").encode())

    def read(self, call: WebhookCall) -> list[InboundSms | StatusUpdate]:
        fields = {_text(name): _text(value) for name, value in _parameters(call.body)}
        if "MessageSid" not in fields:
            return []
        if fields.get("SmsStatus") == "received" or "Body" in fields:
            return [_inbound(fields)]
        return [_status(fields, call.url)] if fields.get("MessageStatus") in tables.STATUSES else []

    def acknowledge(self, call: WebhookCall) -> Acknowledgement:
        if urlsplit(call.url).query:  # a status callback; only those carry one
            return Acknowledgement()
        return Acknowledgement('<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml")

    def sender(self, credentials: Credentials) -> Sender:
        return TwilioSender(credentials, settings.ITSP_TIMEOUT_S)

    def list_sent(self, credentials: Credentials, *, sender: str, recipient: str) -> list[Found]:
        account = TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S)
        with _errors():
            messages = account.messages.list(to=recipient, from_=sender, page_size=1000)
        ahead = account.http.ahead()
        return [_found(message, ahead) for message in messages if message.direction != "inbound"]

    def look_up(self, credentials: Credentials, itsp_message_id: str) -> Found:
        account = TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S)
        with _errors():
            message = account.messages(itsp_message_id).fetch()
        return _found(message, account.http.ahead())

    def cancel(self, credentials: Credentials, itsp_message_id: str) -> bool:
        try:
            with _errors():
                _client(credentials).messages(itsp_message_id).update(status="canceled")
        except ItspError as error:
            if error.advice is Advice.FAIL:
                return False
            raise
        return True

    def fetch_media(self, url: str, credentials: Credentials, max_bytes: int) -> Media:
        return twilio_media.fetch(url, credentials, max_bytes)


def _parameters(body: bytes) -> list[tuple[bytes, bytes]]:
    """A form's fields as bytes, so that broken encodings neither fail nor change the signature."""
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def _text(value: bytes) -> str:
    """UTF-8; what can't be read or stored (NUL) becomes the replacement character."""
    return value.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _inbound(fields: dict[str, str]) -> InboundSms:
    count = (
        min(int(fields["NumMedia"]), twilio_media.LIMITS.most)
        if fields.get("NumMedia", "").isdecimal()
        else 0
    )
    media = tuple(
        MediaRef(fields[f"MediaUrl{n}"], fields.get(f"MediaContentType{n}", "")[:127])
        for n in range(count)
        if f"MediaUrl{n}" in fields
    )
    return InboundSms(
        itsp_message_id=fields["MessageSid"],
        account_id=fields.get("AccountSid", ""),
        sender=fields.get("From", ""),
        recipient=fields.get("To", ""),
        body=fields.get("Body", ""),
        media=media,
        opt_out=tables.OPT_OUT_TYPES.get(fields.get("OptOutType", "")),
    )


def _status(fields: dict[str, str], url: str) -> StatusUpdate:
    attempt = parse_qs(urlsplit(url).query).get("attempt", [""])[0]
    code = fields.get("ErrorCode", "")
    return StatusUpdate(
        itsp_message_id=fields["MessageSid"],
        account_id=fields.get("AccountSid", ""),
        status=tables.STATUSES[fields["MessageStatus"]],
        attempt_id=read_id(attempt),
        error_code="" if code == "0" else code,
        reason=tables.words_for(code),
    )
