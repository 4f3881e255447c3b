"""What allauth asks us: how failed logins are counted, our words, and how secrets are kept."""

import math
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.devices import remember
from accounts.lockout import begin, failed, succeeded, tries_of, unlock
from accounts.models import AuditEntry, User
from pbx_messaging.encryption import decrypt, encrypt


def _wrong_password() -> str:
    return AuthenticationForm.error_messages["invalid_login"] % {"username": _("username")}


def _locked() -> str:
    minutes = math.ceil(settings.LOGIN_LOCKED_MIN)
    return ngettext(
        "Too many failed logins: this login is locked for up to %(n)d minute. Try again then, or ask an "
        "administrator to unlock it.",
        "Too many failed logins: this login is locked for up to %(n)d minutes. Try again then, or ask an "
        "administrator to unlock it.",
        minutes,
    ) % {"n": minutes}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": lazy(_wrong_password, str)(),
        "too_many_login_attempts": lazy(_locked, str)(),  # of the second step, which allauth counts
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """In the place of allauth's own count, which would lock a username for everybody."""
        username = credentials.get("username") or credentials.get("email") or ""
        tries = tries_of(request, username)
        if wait := begin(tries):
            raise ValidationError(wait.words, code="too_many_login_attempts")
        user: AbstractBaseUser | None = authenticate(request, **credentials)
        if user:
            succeeded(tries)
        else:
            failed(tries)
        return user

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """All ways to log in end here."""
        response: HttpResponse = super().post_login(request, user, **options)
        audit.note(user, AuditEntry.Action.LOGGED_IN)
        remember(request, response, user.username)
        return response

    def add_message(self, request: HttpRequest, level: int, *args: Any, **options: Any) -> None:
        """What it calls information is something that was done."""
        level = messages.SUCCESS if level == messages.INFO else level
        super().add_message(request, level, *args, **options)

    def set_password(self, user: User, password: str) -> None:
        """Whoever got the e-mailed link has shown who it is."""
        super().set_password(user, password)
        unlock(user, self.request)
        self.request.has_shown_to_be = user.username


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def get_totp_label(self, user: User) -> str:
        return user.username

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What is suggested for a new passkey."""
        n = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(n)d") % {"n": n + 1}

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)
