"""When a text goes out: a button's time, or one of one's own, by either party's clock; and until what."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from routing.sms_field import MAX_BODY, SmsField
from sessions.actions import LATEST
from sessions.contacts.lookup import contact_of, understood
from sessions.contacts.zones import ContactZone, zone_of
from sessions.inbox.wall_clock import WallClockField

MINE, THEIRS = "mine", "theirs"  # whose clock a time is typed by


class LaterFields(forms.Form):
    """`preset` is a time of ours, "" for the one that is typed (`due_at`)."""

    preset = forms.CharField(label=_("When"), required=False, max_length=64)
    due_at = WallClockField(label=_("Send at"), required=False)
    due_zone = forms.ChoiceField(
        label=_("By whose clock"),
        required=False,
        choices=[(MINE, _("by your clock")), (THEIRS, _("by the contact’s clock"))],
    )
    until_reply = forms.BooleanField(label=_("Cancel it if the contact writes first"), required=False)

    def __init__(self, *args: Any, contact: str = "", **kwargs: Any) -> None:
        """`contact`: the address; where it is typed in the same form, that is taken."""
        super().__init__(*args, **kwargs)
        self.address = contact
        due_at = self.fields["due_at"]
        assert isinstance(due_at, WallClockField)  # noqa: S101 (for the type)
        if self.data.get("due_zone") == THEIRS:
            due_at.zone = self.zone.zone

    @property
    def zone(self) -> ContactZone:
        """Of the contact."""
        read = None if self.address else understood(self.data.get("contact", "")[:64])
        return zone_of(contact_of(self.address or (read.address if read else "")))

    def when(self, cleaned: dict[str, Any]) -> datetime | None:
        """The time that was chosen, None if it is not one; then its field says why."""
        if preset := cleaned.get("preset"):
            self.errors.pop("due_at", None)
            cleaned["due_at"] = moment(preset)
        if "due_at" in self.errors:
            return None
        due_at: datetime | None = cleaned.get("due_at")
        if words := _hindrance(due_at):
            self.add_error("due_at", words)
        return due_at


def typed_of(at: datetime | None) -> str:
    """As a browser's field has it, by the reader's clock."""
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") if at else ""


def moment(text: str) -> datetime | None:
    """What a button's value means; None if it is none of ours."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _hindrance(due_at: datetime | None) -> Any:
    now = timezone.now()
    if due_at is None:
        return _("Choose a date and a time.")
    if due_at <= now:
        return _("This time has passed. Choose one in the future.")
    if due_at > now + LATEST:
        words = ngettext(
            "Choose a time within the next %(days)d day.",
            "Choose a time within the next %(days)d days.",
            LATEST.days,
        )
        return words % {"days": LATEST.days}
    return ""


class ScheduledForm(LaterFields):
    """A text that is scheduled already: its words and its time."""

    body = SmsField(
        label=_("Message"),
        max_length=MAX_BODY,
        strip=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "data-segments": "#scheduled-segments"}),
    )

    def __init__(self, *args: Any, has_files: bool, due_at: datetime | None, **kwargs: Any) -> None:
        """`due_at`: its time as it is."""
        super().__init__(*args, auto_id="scheduled_%s", **kwargs)  # beside the composer, which has the like
        self.has_files, self.due_now = has_files, due_at

    @property
    def kept(self) -> dict[str, Any]:
        """The time that was not touched, to the second, also in the second of two hours that are the same."""
        data = self.data
        is_kept = not data.get("preset") and data.get("due_zone") != THEIRS
        return {"due_at": self.due_now} if is_kept and data.get("due_at") == typed_of(self.due_now) else {}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not (cleaned.get("body") or self.has_files or "body" in self.errors):
            self.add_error("body", _("Write something first."))
        self.when(cleaned)
        return cleaned
