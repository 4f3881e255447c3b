"""What a message about an alarm says: the same in a mail, on a device and in a webhook's body."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from health.alarms import kinds
from health.models import AlarmMessage


@dataclass(frozen=True)
class Said:
    title: str
    body: str
    advice: str
    path: str


def said_of(message: AlarmMessage) -> Said:
    if message.alarm is None:
        return Said(_("Alarms work"), _("This is a test: alarms reach you here."), "", reverse("alarms"))
    result = message.alarm.result
    title = _("Over: %(what)s") if message.is_over else _("Alarm: %(what)s")
    body = _("It is fine again. What was wrong: %(says)s") if message.is_over else "%(says)s"
    advice = "" if message.is_over else result.what_to_do
    return Said(title % {"what": result.title}, body % {"says": result.says}, advice, reverse("system"))


def payload_of(message: AlarmMessage) -> dict[str, Any]:
    """As Standard Webhooks has it: a type, a timestamp, and data."""
    said, alarm = said_of(message), message.alarm
    data: dict[str, Any] = {"title": said.title, "body": said.body, "what_to_do": said.advice}
    data["link"] = settings.PUBLIC_URL + said.path
    if alarm:
        data |= {"alarm": alarm.pk, "kind": kinds.KIND_OF[alarm.check_name], "check": alarm.check_name}
        data |= {"code": alarm.code, "about": alarm.params.get("label", ""), "value": alarm.value}
    kind = "alarm.test" if alarm is None else "alarm.ended" if message.is_over else "alarm.began"
    return {"type": kind, "timestamp": message.at.isoformat(), "data": data}
