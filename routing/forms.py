"""The form of an extension with its login, and what other forms share."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import USERNAME_TAKEN, add_password, check_password
from accounts.models import User
from routing.models import AnyModel, Extension


def users_without_extension() -> QuerySet[User]:
    free = Q(extension=None) | Q(extension__archived_at__isnull=False)
    return User.objects.filter(free, is_active=True).order_by("username")


class ArchivableForm(forms.ModelForm[AnyModel]):
    """Of a model whose `unique_field` is unique among its live rows; the error stands on that field."""

    unique_field: ClassVar[str] = "name"

    def validate_unique(self) -> None:
        super().validate_unique()
        exclude = self._get_validation_exclusions() - {"archived_at"}  # type: ignore[attr-defined]
        try:
            self.instance.validate_constraints(exclude=exclude)
        except ValidationError as error:
            self.add_error(self.unique_field, error.messages)


class ExtensionsField(forms.ModelMultipleChoiceField[Extension]):
    """Several live extensions, searchable by number and name."""

    MAX_DIGITS = 18  # of an id; databases can't even look for longer ones

    def __init__(self, **options: Any) -> None:
        attrs = {"data-searchable": "", "data-placeholder": _("Search available extensions…")}
        widget = forms.SelectMultiple(attrs=attrs)
        super().__init__(queryset=Extension.objects.live(), required=False, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        for pk in value or ():
            if len(str(pk)) > self.MAX_DIGITS:
                message = self.error_messages["invalid_choice"]
                raise ValidationError(message, code="invalid_choice", params={"value": pk})
        return super().clean(value)


class LoginFields(forms.ModelForm[User]):
    """The user part of the extension form."""

    class Meta:
        model = User
        fields = ["username", "email"]
        labels = {"username": _("Username"), "email": _("E-mail")}
        help_texts = {"username": _("What the agent logs in with. Letters, digits and @ . + - _ only.")}
        error_messages = {"username": {"unique": USERNAME_TAKEN}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_password(self, exists=self.instance.pk is not None)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        check_password(self, self.instance)


class ExtensionForm(ArchivableForm[Extension]):
    """The extension with its login in one form; a new one may take an existing user."""

    unique_field = "number"

    NEW, EXISTING = "new", "existing"

    login = forms.ChoiceField(
        label=_("Login"),
        choices=[(NEW, _("New user")), (EXISTING, _("Existing user"))],
        initial=NEW,
    )
    user = forms.ModelChoiceField(
        label=_("User"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Choose a user…"),
        help_text=_("Users that have no extension yet."),
        widget=forms.Select(attrs={"data-searchable": ""}),
    )

    class Meta:
        model = Extension
        fields = ["number", "name"]
        help_texts = {
            "number": _("Digits only, for example 1001."),
            "name": _("The person's name. Other agents see it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exists = self.instance.pk is not None
        user = self.instance.user if exists else None
        self.login_fields = LoginFields(self.data if self.is_bound else None, instance=user)
        self.fields.update(self.login_fields.fields)
        self.initial.update(self.login_fields.initial)
        if exists:
            del self.fields["login"], self.fields["user"]
        else:
            self.fields["user"].queryset = users_without_extension()  # type: ignore[attr-defined]
        if self.takes_existing_user:
            for name in self.login_fields.fields:
                self.fields[name].required = False

    @property
    def takes_existing_user(self) -> bool:
        return self.is_bound and not self.instance.pk and self.data.get("login") == self.EXISTING

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned.pop("login", None)
        if self.takes_existing_user:
            if not cleaned.get("user") and "user" not in self.errors:
                self.add_error("user", _("Choose a user, or make a new one."))
            return cleaned
        if not self.instance.pk:
            cleaned["user"] = None
        for name, errors in self.login_fields.errors.items():
            if name not in self.errors:
                self.add_error(name, errors)
        return cleaned
