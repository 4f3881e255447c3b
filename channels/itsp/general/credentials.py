"""What an admin enters for a provider, and in what form it speaks where that is not the default."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pasted import CodeField
from channels.itsp.base import Credentials
from channels.itsp.general import addresses
from channels.itsp.general.paths import PATH
from channels.itsp.general.shape import KEY, Shape, words_of
from channels.itsp.general.signatures import FORMATS
from channels.itsp.header_names import may_be_named

LONGEST_SECRET = 512
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_FORMAT = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?")
_SENT, _SIGNED = gettext_lazy("What PBX sends"), gettext_lazy("How the provider’s calls are signed")
_INBOUND, _RESULTS = gettext_lazy("Inbound texts"), gettext_lazy("Results")


def _secret(label: Any, help_text: Any = "", *, required: bool = True) -> CodeField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return CodeField(
        label=label, widget=widget, help_text=help_text, required=required, max_length=LONGEST_SECRET
    )


def _default(name: str) -> str:
    return str(getattr(Shape, name))


def _path(name: str, label: Any, help_text: Any = "", heading: Any = "") -> CodeField:
    """A place in the provider's JSON; empty is the default."""
    field = CodeField(
        label=label,
        required=False,
        max_length=200,
        help_text=help_text,
        widget=forms.TextInput(attrs={"placeholder": _default(name)}),
        validators=[
            RegexValidator(
                rf"^(?:{PATH.pattern})\Z",
                gettext_lazy("Enter a name such as text, or a path such as data.text."),
            )
        ],
    )
    field.heading = heading  # type: ignore[attr-defined]
    return field


def _header(name: str, label: Any, help_text: Any, heading: Any = "") -> CodeField:
    """Of the provider's calls; empty is the default, and none where that is none."""
    field = CodeField(
        label=label,
        required=False,
        max_length=64,
        help_text=help_text,
        widget=forms.TextInput(attrs={"placeholder": _default(name) or gettext_lazy("None")}),
        validators=[_check_header],
    )
    field.heading = heading  # type: ignore[attr-defined]
    return field


def _check_header(name: str) -> None:
    if not _HEADER.fullmatch(name):
        raise ValidationError(_("A header’s name has letters, digits and hyphens."))
    if not may_be_named(name.lower()):
        raise ValidationError(_("PBX does not read this header. Ask the provider for one of its own."))


class CredentialsForm(forms.Form):
    """Nothing is stored that is empty: what is not there has its default."""

    send_url = forms.CharField(
        label=gettext_lazy("Send URL"),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
        validators=[addresses.validate],
        help_text=gettext_lazy("The provider’s address that PBX posts each text to."),
    )
    api_key = _secret(gettext_lazy("API Key"))
    secret = _secret(
        gettext_lazy("Secret"),
        gettext_lazy("By which the provider signs its calls to the Webhook URL."),
    )
    provider = forms.CharField(
        label=gettext_lazy("Name of the provider"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("For you and your colleagues."),
    )
    verify_url = forms.CharField(
        label=gettext_lazy("Verification URL"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
        validators=[addresses.validate],
        help_text=gettext_lazy(
            "An address that answers whether the API Key is right. Without it, the first text shows."
        ),
    )
    second_secret = _secret(
        gettext_lazy("Second secret"),
        gettext_lazy("While the secret changes: calls that are signed with either are taken in."),
        required=False,
    )
    auth_header = _path("auth_header", gettext_lazy("Header with the API Key"), heading=_SENT)
    auth_format = forms.CharField(
        label=gettext_lazy("What is in that header"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _default("auth_format")}),
        help_text=gettext_lazy("Write {key} where the API Key goes."),
    )
    sent_from = _path("sent_from", gettext_lazy("Our number"))
    sent_to = _path("sent_to", gettext_lazy("The contact’s number"))
    sent_text = _path("sent_text", gettext_lazy("Text"))
    sent_media = _path(
        "sent_media",
        gettext_lazy("Pictures and files"),
        gettext_lazy("A list of addresses to fetch them from."),
    )
    sent_reference = _path(
        "sent_reference", gettext_lazy("Reference"), gettext_lazy("To be repeated in each result.")
    )
    answer_id = _path("answer_id", gettext_lazy("The text’s id in the answer"))
    signature_header = _header(
        "signature_header",
        gettext_lazy("Header with the signature"),
        gettext_lazy("HMAC-SHA256 of the body."),
        heading=_SIGNED,
    )
    signature_format = forms.ChoiceField(
        label=gettext_lazy("How it is written"), choices=FORMATS, required=False
    )
    timestamp_header = _header(
        "timestamp_header",
        gettext_lazy("Header with the time"),
        gettext_lazy(
            "In seconds since 1970. Then what is signed is the time, a dot and the body, and a call that is "
            "older than five minutes is refused."
        ),
    )
    inbound_id = _path("inbound_id", gettext_lazy("The text’s id"), heading=_INBOUND)
    inbound_from = _path("inbound_from", gettext_lazy("The contact’s number"))
    inbound_to = _path("inbound_to", gettext_lazy("Our number"))
    inbound_text = _path("inbound_text", gettext_lazy("Text"))
    inbound_media = _path("inbound_media", gettext_lazy("Pictures and files"))
    result_id = _path("result_id", gettext_lazy("The text’s id"), heading=_RESULTS)
    result_status = _path("result_status", gettext_lazy("Status"))
    result_reference = _path("result_reference", gettext_lazy("Reference"))
    result_error = _path("result_error", gettext_lazy("Error code"))
    status_words = forms.CharField(
        label=gettext_lazy("Words for statuses"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "DELIVRD = delivered"}),
        help_text=gettext_lazy(
            "One a line: the provider’s word, =, and one of accepted, sent, delivered, read, failed, "
            "undelivered and cancelled. These themselves, queued, sending, rejected and expired are known."
        ),
    )

    def clean_auth_header(self) -> str:
        name: str = self.cleaned_data["auth_header"]
        if name and not _HEADER.fullmatch(name):
            raise ValidationError(_("A header’s name has letters, digits and hyphens."))
        return name

    def clean_auth_format(self) -> str:
        text: str = self.cleaned_data["auth_format"]
        if text and (text.count(KEY) != 1 or not _FORMAT.fullmatch(text)):
            raise ValidationError(_("Write %(key)s once, where the API Key goes.") % {"key": KEY})
        return text

    def clean_status_words(self) -> str:
        text: str = self.cleaned_data["status_words"]
        try:
            words_of(text)
        except ValueError as error:
            raise ValidationError(
                _("This line can’t be read: %(line)s. Write it as DELIVRD = delivered.") % {"line": error}
            ) from error
        return text

    def clean(self) -> dict[str, Any]:
        given = {name: value for name, value in (super().clean() or {}).items() if value}
        signature = given.get("signature_header") or _default("signature_header")
        if given.get("timestamp_header", "").lower() == signature.lower():
            self.add_error("timestamp_header", _("This is the header with the signature."))
        if given.get("second_secret") == given.get("secret"):
            given.pop("second_secret", None)
        sent = [name for name in Shape.__dataclass_fields__ if name.startswith("sent_")]
        if not self.errors and _overlap([given.get(name) or _default(name) for name in sent]):
            self.add_error(None, _("Two of the fields that PBX sends have the same place. Name them apart."))
        return given


def _overlap(paths: list[str]) -> bool:
    """Whether one would be put where another is, or within it."""
    return any(
        one == other or other.startswith(f"{one}.")
        for place, one in enumerate(paths)
        for at, other in enumerate(paths)
        if place != at
    )


def secrets_of(credentials: Credentials) -> list[bytes]:
    """Those that may have signed a call."""
    return [str(credentials[name]).encode() for name in ("secret", "second_secret") if credentials.get(name)]


def authorization(credentials: Credentials, shape: Shape, *, shown: str = "") -> dict[str, str]:
    """The header that a call to the provider has; `shown` takes the key's place where it must not be seen."""
    return {shape.auth_header: shape.auth_format.replace(KEY, shown or str(credentials["api_key"]))}
