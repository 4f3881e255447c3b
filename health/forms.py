"""What an administrator wants to be told, how, and from what on."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from health.alarms import addresses, kinds, signing
from health.models import AlarmWishes, HealthSettings

NOT_AN_ADDRESS = gettext_lazy(
    "Give an https address that the internet reaches, such as https://hooks.example.com/abc. One in your own "
    "network must be named in ALARM_NEAR_URLS."
)


class AddressField(forms.CharField):
    """An address that may be called, or nothing. What is pasted has blanks and invisible characters."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(
            required=False,
            max_length=addresses.LENGTH_MOST,
            widget=forms.TextInput(attrs=attrs),
            **options,
        )

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "".join(one for one in text if unicodedata.category(one) not in {"Cf", "Cc"}).strip()

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not addresses.may_be_called(value):
            raise ValidationError(NOT_AN_ADDRESS)


class WishesForm(forms.ModelForm[AlarmWishes]):
    """One's own. `told` are the kinds that are not muted."""

    webhook_url = AddressField(
        label=gettext_lazy("Webhook address"),
        help_text=gettext_lazy(
            "Alarms are posted there as JSON, signed as Standard Webhooks. Empty: nowhere."
        ),
    )
    told = forms.MultipleChoiceField(
        label=gettext_lazy("Tell me when"),
        choices=[*kinds.KINDS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    class Meta:
        model = AlarmWishes
        fields = ["by_mail", "by_push"]
        labels = {"by_mail": gettext_lazy("By e-mail"), "by_push": gettext_lazy("On my devices")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["webhook_url"] = self.instance.webhook_url
        self.initial["told"] = [kind for kind in kinds.KINDS if kind not in self.instance.muted]

    def save(self, commit: bool = True) -> AlarmWishes:
        """A new address gets a new secret: whoever got the old one's mail must not be able to sign for it."""
        wishes, url = self.instance, self.cleaned_data["webhook_url"]
        if url != wishes.webhook_url:
            wishes.webhook_url = url
            wishes.webhook_secret = signing.new_secret() if url else ""
        wishes.muted = [kind for kind in kinds.KINDS if kind not in self.cleaned_data["told"]]
        return super().save(commit)


class HealthForm(forms.ModelForm[HealthSettings]):
    """What holds for all."""

    dead_man_url = AddressField(
        label=gettext_lazy("Dead man’s switch"),
        help_text=gettext_lazy(
            "The address of a check at a monitor elsewhere, such as healthchecks.io. It is called each "
            "minute, as long as all processes live; when the calls stop, the monitor tells you. Only this "
            "tells you of a dead machine or network."
        ),
    )

    class Meta:
        model = HealthSettings
        fields = ["queue_minutes", "failures_percent", "balance_below", "certificate_days", "disk_percent"]
        labels = {
            "queue_minutes": gettext_lazy("A text waits to be sent for (minutes)"),
            "failures_percent": gettext_lazy("Of a channel’s texts in an hour fail more than (%)"),
            "balance_below": gettext_lazy("The balance at the ITSP is below"),
            "certificate_days": gettext_lazy("The certificate ends in less than (days)"),
            "disk_percent": gettext_lazy("Of the disk is free less than (%)"),
        }
        help_texts = {
            "balance_below": gettext_lazy(
                "In the account’s currency, where the ITSP tells it. Empty: never."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["dead_man_url"] = self.instance.dead_man_url

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("queue_minutes", "failures_percent", "certificate_days", "disk_percent"):
            if name not in self.errors and cleaned.get(name) is None:
                self.add_error(name, _("Give a number."))
        return cleaned

    def save(self, commit: bool = True) -> HealthSettings:
        self.instance.dead_man_url = self.cleaned_data["dead_man_url"]
        return super().save(commit)
