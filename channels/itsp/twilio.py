"""Twilio Programmable Messaging. The only file that imports `twilio`, with its two helpers beside it."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

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
            translated = _translated(error, self.http.retry_after_s())
            raise twilio_media.judged(translated) if media else translated from error
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
        raise _translated(error) from error


def _found(message: Any) -> Found:
    code = str(message.error_code or "")
    return Found(
        itsp_message_id=message.sid,
        body=message.body or "",
        created_at=message.date_created,
        status=tables.STATUSES.get(message.status, DeliveryStatus.ACCEPTED),
        error_code=code,
        reason=tables.words_for(code),
        media_count=int(message.num_media or 0),
    )


def _translated(error: Exception, retry_after_s: float | None = None) -> ItspError:
    """Whatever the client raises, as our one error. A 201 that can't be read is `ValueError`: unknown."""
    status = getattr(error, "status", None)
    if isinstance(error, TwilioException) and status is not None:
        code = getattr(error, "code", None)
        rule = tables.rule_for(code, status)
        words = rule.words % {"code": code or status} if rule.words is tables.REFUSED else rule.words
        return ItspError(rule.advice, str(words), str(code or status), retry_after_s)
    if isinstance(error, requests.ConnectionError) and _never_left(error):
        return ItspError(Advice.RETRY, str(tables.NOT_REACHED))
    return ItspError(Advice.UNKNOWN, str(tables.NO_CLEAR_ANSWER))


def _never_left(error: requests.ConnectionError) -> bool:
    """True if no connection came about, so that nothing can have been sent."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


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
            raise _translated_check(error) from error
        if account.status != "active":
            raise ItspError(Advice.STOP, _("The Twilio account is %(status)s.") % {"status": account.status})

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
        with _errors():
            messages = _client(credentials).messages.list(to=recipient, from_=sender, page_size=1000)
        return [_found(message) for message in messages if message.direction != "inbound"]

    def look_up(self, credentials: Credentials, itsp_message_id: str) -> Found:
        with _errors():
            return _found(_client(credentials).messages(itsp_message_id).fetch())

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


def _translated_check(error: Exception) -> ItspError:
    """The words for an admin who has just typed the credentials."""
    translated = _translated(error)
    if translated.code in {"20003", "20404", "401", "404"}:
        translated.field = "auth_token"
        translated.reason = _(
            "Twilio does not accept this Account SID and Auth Token together. Copy both anew from the "
            "dashboard of the account that the number was purchased with."
        )
    elif translated.advice is Advice.UNKNOWN:
        translated.reason = _("Twilio gave no clear answer to the check. Save again later to repeat it.")
    return translated


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
        attempt_id=int(attempt) if attempt.isdecimal() else None,
        error_code="" if code == "0" else code,
        reason=tables.words_for(code),
    )
