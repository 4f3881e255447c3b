"""A canned reply as people write it: its shortcut, its text, and whose it is."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directions import isolated
from accounts.ids import read_id
from accounts.models import User
from routing.models import Extension, MessageQueue
from routing.sms_field import SmsField
from sessions.contacts.values import live_fields
from sessions.inbox.canned_replies import known_variables, unknown_variables
from sessions.models import CannedReply

MINE, ALL = "mine", "all"


class CannedReplyForm(forms.ModelForm[CannedReply]):
    owner = forms.ChoiceField(label=gettext_lazy("For"), widget=forms.Select(attrs={"data-searchable": ""}))

    class Meta:
        model = CannedReply
        fields = ["shortcut", "body"]
        field_classes = {"body": SmsField}
        widgets = {
            "body": forms.Textarea(attrs={"rows": 5, "data-segments": "#segments"}),
            "shortcut": forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off"}),
        }
        error_messages = {
            "shortcut": {"invalid": gettext_lazy("Letters, digits, - and _ only, for example hours.")}
        }

    def __init__(self, *args: Any, user: User, agent: Extension | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)  # noqa: S101 (for the type)
        owner.choices = _owners(user, agent)
        owner.initial = _owner_of(self.instance) if self.instance.pk else owner.choices[0][0]

    def clean_shortcut(self) -> str:
        return str(self.cleaned_data["shortcut"]).lower()

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"])
        variables = known_variables(live_fields())
        if unknown := unknown_variables(body, variables):
            known = ", ".join(isolated(f"{{{name}}}") for name in variables)
            words = _("There is no variable {%(name)s}. Those that there are: %(known)s.")
            raise ValidationError(words % {"name": isolated(unknown[0]), "known": known})
        return body

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        owner = cleaned.get("owner", "")
        self.instance.agent = self.agent if owner == MINE else None
        queue = read_id(owner)
        self.instance.queue = MessageQueue.objects.filter(pk=queue).first() if queue else None
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes."""
        owner = {"agent": self.instance.agent, "queue": self.instance.queue}
        return {"shortcut": self.cleaned_data["shortcut"], "body": self.cleaned_data["body"], **owner}

    def validate_unique(self) -> None:
        """Among those of the owner, who is no field of the form's."""
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self.add_error("shortcut", error.messages)


def _owners(user: User, agent: Extension | None) -> list[tuple[str, Any]]:
    """What somebody may choose; as `canned_replies.managed_by`."""
    choices: list[tuple[str, Any]] = [(MINE, _("Me alone"))] if agent else []
    queues = MessageQueue.objects.live() if user.is_administrator else user.supervised_queues.live()
    if user.is_administrator or user.is_supervisor:
        choices.append((ALL, _("All agents")))
        choices += [
            (str(queue.pk), _("Message queue %s") % isolated(queue)) for queue in queues.order_by("name")
        ]
    return choices


def _owner_of(reply: CannedReply) -> str:
    if reply.agent_id:
        return MINE
    return str(reply.queue_id) if reply.queue_id else ALL
