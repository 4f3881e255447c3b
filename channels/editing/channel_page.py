"""The Add and Edit page of a channel: its form, credentials, webhook token and rules as one thing."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.access import UserRequest
from accounts.ids import read_id
from channels import actions
from channels.editing.credential_fields import CredentialField, is_removed, keep_typed, secrets_of, shown
from channels.editing.forms import ChannelForm, settings_of
from channels.editing.kept_secrets import KeptSecrets
from channels.itsp import ITSPS
from channels.itsp.base import Itsp
from channels.itsp.errors import Advice, ItspError
from channels.itsp.said import by_itsp
from channels.models import Channel, WebhookAddress
from channels.numbers.destinations import places
from channels.numbers.moving import Moves
from channels.numbers.offered import Offered, free_name
from channels.numbers.rules import RuleTable
from channels.set_up.checklist import Checklist
from channels.webhook.url import callback_url, hash_of, is_valid_for, new_token, webhook_url
from routing.models import Extension

AUTHENTICATION, MESSAGING = "authentication", "messaging"


class ChannelPage:
    """One visit of the page. `channel` is None while it is being added."""

    def __init__(self, request: UserRequest, channel: Channel | None = None) -> None:
        self.request, self.channel = request, channel
        self.data: QueryDict | None = request.POST if request.method == "POST" else None
        is_new = self.data is not None and channel is None
        self.offered = Offered.posted(request.POST) if is_new else Offered()
        model = self._model()
        asked_for = request.GET.get("itsp", model.itsp if model else "")
        code = channel.itsp if channel else request.POST.get("itsp", asked_for)
        self.itsp = ITSPS.get(str(code)) or next(iter(ITSPS.values()))
        initial = (settings_of(model) if model else {}) | {"itsp": self.itsp.code}
        self.form = ChannelForm(self._named(), instance=channel, initial=initial)
        self.token_error, self.itsp_error = "", ""
        self.token = self._token()
        self.kept = self._kept_of(self.itsp)
        if self.data is None:
            self.table = RuleTable.stored(channel)
        else:
            self.table = RuleTable.posted(self.data.getlist("rule"), channel)

    def _model(self) -> Channel | None:
        """The channel whose settings a new one begins with: never its secrets, numbers and Webhook URL."""
        pk = read_id(self.request.GET.get("like", ""))
        if self.channel or self.data is not None or pk is None:
            return None
        return Channel.objects.live().defer("credentials").filter(pk=pk).first()

    def _named(self) -> QueryDict | None:
        """With a name, where numbers were ticked and nothing was typed."""
        if self.data is None or not self.offered.picked or self.data.get("name", "").strip():
            return self.data
        data = self.data.copy()
        data["name"] = free_name(self.itsp.name)
        return data

    def _token(self) -> str:
        """The saved channel's, the one that the form carries, or a new one."""
        if self.channel:
            return next((str(address.token) for address in self.addresses if not address.expires_at), "")
        return self.data.get("token", "") if self.data is not None else new_token(self.request.user)

    @property
    def webhook_url(self) -> str:
        return webhook_url(self.token, self.itsp) if self.token else ""

    @property
    def fallback_url(self) -> str:
        return callback_url(self.token) if self.token else ""

    @cached_property
    def addresses(self) -> list[WebhookAddress]:
        """Those that the saved channel answers under, the present one first."""
        if self.channel is None:
            return []
        working = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return list(self.channel.webhook_addresses.filter(working).order_by("-pk"))

    # --- credentials ---

    def _kept_of(self, itsp: Itsp) -> KeptSecrets:
        """What was typed for this ITSP in this visit. Two ITSPs may call a field by the same name."""
        form = f"channel-{self.channel.pk}" if self.channel else f"{hash_of(self.token)}-{itsp.code}"
        return KeptSecrets(self.request.session, form)

    @cached_property
    def stored_secrets(self) -> dict[str, str]:
        """What an empty secret field stands for: what was typed earlier in this visit, or what is stored."""
        there = (self.channel.credentials if self.channel else {}) | self.kept.read()
        return {name: there[name] for name in self.secret_fields if name in there}

    @cached_property
    def secret_fields(self) -> list[str]:
        return secrets_of(self.itsp)

    @cached_property
    def credentials_form(self) -> forms.Form:
        if self.data is None:
            initial = self.channel.credentials if self.channel else self._made
            return self.itsp.credentials_form(initial=initial)
        data = self.data.copy()
        for name, secret in self.stored_secrets.items():
            if not data.get(name) and not is_removed(name, data):
                data[name] = secret
        return self.itsp.credentials_form(data)

    @cached_property
    def credential_fields(self) -> list[CredentialField]:
        posted: Mapping[str, str] = self.data or {}
        return shown(
            self.credentials_form,
            stored=self.stored_secrets,
            kept=self.kept_names,
            posted=posted,
            made=self._made,
        )

    @cached_property
    def _made(self) -> dict[str, str]:
        """New ones for each visit of the Add form, which carries them until it is saved."""
        return {} if self.channel else self.itsp.made_credentials()

    @property
    def needed_credentials(self) -> list[CredentialField]:
        return [one for one in self.credential_fields if one.bound.field.required]

    @property
    def more_credentials(self) -> list[CredentialField]:
        return [one for one in self.credential_fields if not one.bound.field.required]

    @property
    def has_more_credentials(self) -> bool:
        """Whether any of the others is there, or wrong: then they are not folded away."""
        return any(one.note or one.bound.value() or one.bound.errors for one in self.more_credentials)

    @property
    def is_choosing(self) -> bool:
        """Whether the posted credentials are those of another ITSP, or only its fields were asked for."""
        if self.data is None or self.channel:
            return False
        return "choose" in self.data or self.data.get("credentials_of", self.itsp.code) != self.itsp.code

    def begin_credentials(self) -> None:
        """For an ITSP that was just chosen: empty fields are no errors yet. What was typed for the one before
        is there again when that is chosen.
        """
        before = ITSPS.get(self.request.POST.get("credentials_of", self.itsp.code))
        if before:
            keep_typed(self._kept_of(before), before, self.request.POST)
        self.offered = Offered()
        self.form.errors.clear()
        self.credentials_form = self.itsp.credentials_form(initial=self._made | self.kept.read())

    # --- checking and saving ---

    def is_valid(self) -> bool:
        """Asks the ITSP last, and only if all else is right."""
        parts = [self.form.is_valid(), self.credentials_form.is_valid(), self.table.is_valid()]
        parts.append(self.offered.is_valid(self.table.numbers))
        valid = all([*parts, self._token_is_usable()]) and self._passes_check()
        if not valid:
            self._keep_secrets()
        return valid

    def _token_is_usable(self) -> bool:
        if self.channel:
            return True
        used = WebhookAddress.objects.filter(token_hash=hash_of(self.token)).exists()
        if is_valid_for(self.token, self.request.user) and not used:
            return True
        self.token = new_token(self.request.user)
        self.token_error = _(
            "This Webhook URL can't be used any more and was renewed. Configure the new one on %(itsp)s, "
            "then save again."
        ) % {"itsp": self.itsp.name}
        return False

    def _passes_check(self) -> bool:
        try:
            self.itsp.check_credentials(self.credentials_form.cleaned_data)
        except ItspError as error:
            if error.field:
                self.credentials_form.add_error(error.field, error.reason)
                return False
            self.itsp_error = error.reason
            self.verification = actions.Verification(
                self._status_after(error), by_itsp(self.itsp.code, error.code, error.reason)
            )
        else:
            self.verification = actions.Verification(Channel.Status.CONNECTED)
        return True

    def _status_after(self, error: ItspError) -> Channel.Status:
        """A refusal is a failure; no answer says nothing: of verified credentials the status stays."""
        if error.advice in {Advice.STOP, Advice.FAIL}:
            return Channel.Status.FAILING
        if self.channel and self.channel.credentials == self.credentials_form.cleaned_data:
            return Channel.Status(self.channel.status)
        return Channel.Status.NEVER_VERIFIED

    def _keep_secrets(self) -> None:
        """Under the token that the page goes on with. The ITSP refuses an account and its secret together,
        so that the secret may be the right one of the two."""
        secrets = {name: self.credentials_form.data.get(name, "") for name in self.secret_fields}
        self.kept = self._kept_of(self.itsp)
        self.kept.keep(secrets)
        self.__dict__.pop("stored_secrets", None)

    def save(self) -> Channel:
        """Raises `IntegrityError` when somebody else was faster. `moves` says what its numbers need."""
        values: dict[str, Any] = self.form.cleaned_data | {"credentials": self.credentials_form.cleaned_data}
        rules = [*self.table.values, *self.offered.values]
        values |= {"rules": rules, "verification": self.verification}
        numbers = [rule["number"] for rule in rules]
        self.moves = Moves.by_saving(self.channel, self.itsp.code, numbers).words
        if self.channel:
            channel = actions.update_channel(self.channel, **values)
        else:
            channel = actions.create_channel(token=self.token, approved=self.offered.approved, **values)
        for itsp in ITSPS.values():
            self._kept_of(itsp).forget()
        return channel

    # --- what the template asks ---

    @cached_property
    def checklist(self) -> Checklist:
        return Checklist(self.channel, self.itsp)

    @property
    def kept_names(self) -> set[str]:
        return set(self.kept.read())

    @property
    def tab_errors(self) -> dict[str, bool]:
        messaging = set(self.form.errors) - {"itsp", "name", NON_FIELD_ERRORS}
        return {
            AUTHENTICATION: self.offered.has_errors or self._credentials_are_wrong,
            MESSAGING: bool(messaging or self.table.errors),
        }

    @property
    def _credentials_are_wrong(self) -> bool:
        return self.data is not None and bool(self.credentials_form.errors)

    @property
    def places(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        return places()

    @property
    def extensions(self) -> QuerySet[Extension]:
        return Extension.objects.live().order_by("number")

    @property
    def first_tab(self) -> str:
        errors = self.tab_errors
        if self.data is None:
            return MESSAGING if self.request.GET.get("tab") == MESSAGING else AUTHENTICATION
        return MESSAGING if errors[MESSAGING] and not errors[AUTHENTICATION] else AUTHENTICATION
