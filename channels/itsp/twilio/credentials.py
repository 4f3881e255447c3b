"""What an admin enters for a Twilio account, and who of it speaks for what.

Twilio signs its calls with the account's primary Auth Token, or with a key of its Webhook Settings. An API
key never signs; it sends, reads and fetches in the token's place.
"""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pasted import CodeField
from channels.itsp.base import Credentials
from channels.itsp.twilio import regions


def _secret(label: Any, help_text: Any) -> CodeField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return CodeField(label=label, required=False, widget=widget, help_text=help_text)


class CredentialsForm(forms.Form):
    """Of what is optional, nothing is stored that is empty."""

    account_sid = CodeField(
        label=gettext_lazy("Account SID"),
        validators=[
            RegexValidator(
                r"^AC[0-9a-fA-F]{32}\Z",
                gettext_lazy(
                    "An Account SID is AC and 32 more letters and digits. Copy it from the Twilio dashboard."
                ),
            )
        ],
    )
    auth_token = CodeField(
        label=gettext_lazy("Auth Token"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    second_auth_token = _secret(
        gettext_lazy("Second token"),
        gettext_lazy(
            "While you change the Auth Token: enter the secondary one here before you promote it at Twilio. "
            "Texts signed with either are taken in; sending uses the first alone. Afterwards, enter the new "
            "one above."
        ),
    )
    api_key_sid = CodeField(
        label=gettext_lazy("API Key SID"),
        required=False,
        help_text=gettext_lazy("Texts are then sent with this key in place of the Auth Token."),
        validators=[
            RegexValidator(
                r"^SK[0-9a-fA-F]{32}\Z",
                gettext_lazy("An API Key SID is SK and 32 more letters and digits."),
            )
        ],
    )
    api_key_secret = _secret(
        gettext_lazy("API Key Secret"),
        gettext_lazy("Twilio shows it once, when the key is created."),
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Region"),
        choices=regions.CHOICES,
        required=False,
        help_text=gettext_lazy("Each region has an Auth Token and API keys of its own."),
    )
    webhook_key = _secret(
        gettext_lazy("Webhook Signing Key"),
        gettext_lazy(
            "Only if a Webhook Setting at Twilio signs with a SharedKey (HMAC-SHA256): the secret that "
            "Twilio showed when the key was created."
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = {name: value for name, value in (super().clean() or {}).items() if value}
        if given.get("second_auth_token") == given.get("auth_token"):
            given.pop("second_auth_token", None)
        if "api_key_sid" in given and not given.get("api_key_secret"):
            self.add_error("api_key_secret", _("Enter the secret of the API key, or leave its SID empty."))
        elif "api_key_secret" in given and not given.get("api_key_sid") and "api_key_sid" not in self.errors:
            self.add_error("api_key_sid", _("Enter the SID of the API key (SK…), or remove its secret."))
        return given


def tokens_of(credentials: Credentials) -> list[str]:
    """The Auth Tokens that may have signed a call."""
    names = ("auth_token", "second_auth_token")
    return [str(credentials[name]) for name in names if credentials.get(name)]


def keys_of(credentials: Credentials) -> list[str]:
    """What calls may be signed with where a Webhook Setting says so."""
    return [str(credentials["webhook_key"])] if credentials.get("webhook_key") else []


def account_login(credentials: Credentials) -> tuple[str, str]:
    """Username and password for what is asked about the account, which most API keys may not."""
    return str(credentials["account_sid"]), str(credentials["auth_token"])


def texting_login(credentials: Credentials) -> tuple[str, str]:
    """Of all that is about texts: the API key, where there is one."""
    if has_api_key(credentials):
        return str(credentials["api_key_sid"]), str(credentials["api_key_secret"])
    return account_login(credentials)


def has_api_key(credentials: Credentials) -> bool:
    return bool(credentials.get("api_key_sid"))
