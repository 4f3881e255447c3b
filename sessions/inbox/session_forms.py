"""What agents fill in beside texts: notes, tags, a transfer."""

from types import EllipsisType
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.ids import read_id
from routing.models import Extension, MessageQueue
from routing.sms_field import MAX_BODY
from sessions.actions import Scheduled
from sessions.actions.transferring import Destination
from sessions.inbox.later_forms import moment
from sessions.inbox.wall_clock import WallClockField
from sessions.models import MessagingSession, Tag

MAX_NOTE = 4_000  # characters

# The agents' page offers people while one types.
MENTIONING = {
    "aria-autocomplete": "list",
    "aria-controls": "transfer-mention-menu",
    "data-mentions": reverse_lazy("inbox-people"),
}


class NoteForm(forms.Form):
    body = forms.CharField(
        label=_("Internal note"),
        max_length=MAX_NOTE,
        strip=True,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("Only agents see it…")}),
    )


class OptOutReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("What did the contact say, and how?"),
        max_length=500,
        error_messages={"required": _("Write why, for whoever asks later.")},
        widget=forms.TextInput(attrs={"placeholder": _("“Please don’t text me”, by phone"), "dir": "auto"}),
    )


class TagsForm(forms.Form):
    tags = forms.ModelMultipleChoiceField(Tag.objects.all(), required=False)


class ClosingForm(forms.Form):
    """What the agent has typed at that moment, and what the dialog's buttons say of what is left."""

    sure = forms.BooleanField(required=False)
    scheduled = forms.TypedChoiceField(
        required=False,
        coerce=Scheduled,
        empty_value=None,
        choices=[(one.value, one.value) for one in Scheduled],
    )
    draft = forms.CharField(required=False, max_length=8)
    body = forms.CharField(required=False, max_length=10 * MAX_BODY, strip=False)
    client_id = forms.CharField(required=False, max_length=64)


class TransferForm(forms.Form):
    """Where a session goes: to a message queue or to an extension, with a note for whoever gets it."""

    to = forms.ChoiceField(
        label=_("To"),
        error_messages={
            "required": _("Choose an extension or a message queue."),
            "invalid_choice": _("This place is gone. Choose another one."),
        },
        widget=forms.Select(attrs={"data-searchable": "", "data-none": _("No such extension or queue")}),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MAX_NOTE,
        help_text=_("Stands in the thread as an internal note; the contact never sees it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        session: MessagingSession | None = None,
        agent: Extension | None = None,
        **kwargs: Any,
    ) -> None:
        """`agent` is who gives it away, and so is not offered it; `session`, of the agents' page."""
        super().__init__(*args, **kwargs)
        if session:
            self.fields["note"].widget.attrs |= MENTIONING
        queues = MessageQueue.objects.live()
        extensions = Extension.objects.live().filter(user__is_active=True)
        if agent is not None:
            extensions = extensions.exclude(pk=agent.pk)
        self.places: dict[str, Destination] = {f"queue-{queue.pk}": queue for queue in queues}
        self.places |= {f"extension-{extension.pk}": extension for extension in extensions}
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101 (for the type)
        to.choices = [
            ("", _("Search by name or number…")),
            (_("Message Queues"), self._choices(MessageQueue)),
            (_("Extensions"), self._choices(Extension)),
        ]

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {"to": self.places[self.cleaned_data["to"]], "note": self.cleaned_data["note"]}

    @property
    def had_by(self) -> int | EllipsisType | None:
        """The extension that had the session when the dialog was opened; not known of what has none."""
        return read_id(self.data["had_by"]) if "had_by" in self.data else ...

    def _choices(self, kind: type[Destination]) -> list[tuple[str, str]]:
        return [(key, str(place)) for key, place in self.places.items() if isinstance(place, kind)]


class SnoozeForm(forms.Form):
    """Until when: a button's time, or one of one's own. `seen` is the last message that the page showed."""

    preset = forms.CharField(required=False, max_length=64)
    until = WallClockField(label=_("Date and time"), required=False)
    seen = forms.IntegerField(required=False)

    def __init__(self, *args: Any, session: MessagingSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session

    def clean(self) -> dict[str, Any]:
        """With `until`, the time of the button that was pressed, if one was."""
        cleaned: dict[str, Any] = super().clean() or {}
        if preset := cleaned.get("preset"):
            self.errors.pop("until", None)
            cleaned["until"] = moment(preset)
        if not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", _("Choose a date and a time."))
        if self.session.unread and self.session.last_message_id != cleaned.get("seen"):
            raise forms.ValidationError(_("The contact has just written. Read it first; then snooze again."))
        return cleaned
