"""Forms of people: users as an administrator sees them, and one's own profile."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.lockout import begin, failed, own_tries_of, succeeded
from accounts.models import ApiToken, Role, SecuritySettings, User
from accounts.tokens import LIVES_DAYS

USERNAME_TAKEN = _(
    "A user with that username already exists. If it was deleted, find it by Users > Show deleted users "
    "and make it active again."
)


def time_zone_field() -> forms.ChoiceField:
    zones = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
    return forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=[("", _("The system's time zone")), *((name, name.replace("_", " ")) for name in zones)],
        help_text=_("Times are shown in this zone."),
        widget=forms.Select(attrs={"data-searchable": ""}),
    )


def password_field(*, required: bool, help_text: Any = "") -> forms.CharField:
    """Write-only: it is never filled in again."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=_("Password"), required=required, strip=False, widget=widget, help_text=help_text
    )


def add_password(form: forms.BaseForm, *, exists: bool) -> None:
    """Of a new login, which may get a link in the place of a password; or of one that keeps it by default."""
    if exists:
        help_text = _("Leave it empty to keep the present one.")
        form.fields["password"] = password_field(required=False, help_text=help_text)
        return
    form.fields["invite"] = forms.BooleanField(
        label=_("Invite by a link"),
        required=False,
        help_text=_(
            "By the link the user sets a password. It works once; it is shown to you, and e-mailed where "
            "e-mail is set up."
        ),
    )
    is_invited = form.is_bound and form.data.get("invite") == "on"
    form.fields["password"] = password_field(required=not is_invited, help_text=_("At least 8 characters."))


class UserForm(forms.ModelForm[User]):
    """Adds or edits a user. The password may stay empty on editing, and where a link is made instead."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "role", "time_zone", "is_active"]
        labels = {
            "username": _("Username"),
            "first_name": _("First name"),
            "last_name": _("Last name"),
            "email": _("E-mail"),
            "is_active": _("Active"),
        }
        help_texts = {
            "username": _("What the user logs in with. Letters, digits and @ . + - _ only."),
            "role": _(
                "An administrator sets up channels, queues, extensions and users. A supervisor reads the "
                "sessions of chosen message queues and sees their statistics. An agent answers messages on "
                "an extension."
            ),
            "is_active": _("Only an active user can log in."),
        }
        error_messages = {"username": {"unique": USERNAME_TAKEN}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exists = self.instance.pk is not None
        self.fields["time_zone"] = time_zone_field()
        self.fields["role"].choices = Role.choices  # type: ignore[attr-defined]
        add_password(self, exists=exists)
        if not exists:
            del self.fields["is_active"]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        check_password(self, self.instance)


def check_password(form: forms.BaseForm, user: User) -> None:
    """Puts what is wrong with the new password on its field."""
    password = form.cleaned_data.get("password")
    if password:
        try:
            password_validation.validate_password(password, user)
        except ValidationError as error:
            form.add_error("password", error)


class SecurityForm(forms.ModelForm[SecuritySettings]):
    class Meta:
        model = SecuritySettings
        fields = ["two_step_required_of", "notifications_show"]
        labels = {
            "two_step_required_of": _("Two-step login (MFA) is required of"),
            "notifications_show": _("Notifications on devices and by e-mail show"),
        }
        help_texts = {
            "two_step_required_of": _(
                "Whoever must have it and hasn't is led to its set-up before anything else, at once."
            ),
            "notifications_show": _(
                "They appear on locked screens and in mailboxes, where others may read along."
            ),
        }


class OwnPasswordForm(PasswordChangeForm):
    """Stands below the profile, so it doesn't take the focus."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)

    def clean_old_password(self) -> str:
        """Guesses are counted: whoever finds a browser logged in must not get the password out of it."""
        tries = own_tries_of(self.user)
        if wait := begin(tries):
            raise ValidationError(wait.words, code="too_many_login_attempts")
        try:
            password: str = super().clean_old_password()
        except ValidationError:
            failed(tries)
            raise
        succeeded(tries)
        return password


class ProfileForm(forms.ModelForm[User]):
    """One's own name and time zone."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "time_zone"]
        labels = {
            "first_name": _("First name"),
            "last_name": _("Last name"),
            "email": _("E-mail"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = time_zone_field()


class TokenForm(forms.ModelForm[ApiToken]):
    """A new API token; what it is worth is shown once, when it is made."""

    days = forms.TypedChoiceField(
        label=_("Ends after"),
        coerce=int,
        initial=LIVES_DAYS,
        choices=[(30, _("30 days")), (90, _("90 days")), (LIVES_DAYS, _("a year")), (730, _("two years"))],
        help_text=_("Two weeks before, its user is told by e-mail. A program needs another one then."),
    )

    class Meta:
        model = ApiToken
        fields = ["name", "scope"]
        labels = {"name": _("Name"), "scope": _("Scope")}
        help_texts = {
            "name": _("What uses it, such as “CRM”; by this you know later which one to revoke."),
            "scope": _("“Read” sees the sessions; “Read and send” also does what the agent may do."),
        }
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}
