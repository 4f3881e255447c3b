"""The roads of a message to an administrator: e-mail, a device, a webhook. Each is bounded in total time."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import requests
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.mailing import send_to
from health import troubles
from health.alarms import addresses, saying, signing
from health.models import AlarmMessage, AlarmWishes
from pbx_messaging.outside.sockets import ForbiddenAddress
from sessions.push import devices, pushing

TEMPLATE = "health/email/alarm.txt"


@dataclass(frozen=True)
class Outcome:
    """`is_final`: another try would meet the same."""

    arrived: bool
    trouble: str = ""
    is_final: bool = False


ARRIVED = Outcome(arrived=True)


def send(message: AlarmMessage) -> Outcome:
    """Whatever happens is an outcome: one message must not hold up the others."""
    try:
        return ROADS[message.road](message)
    except ForbiddenAddress:
        return Outcome(arrived=False, trouble=troubles.PRIVATE_ADDRESS(), is_final=True)
    except (requests.RequestException, OSError) as error:  # also what SMTP and our deadline say
        return Outcome(arrived=False, trouble=type(error).__name__)
    except ValueError as error:
        return Outcome(arrived=False, trouble=type(error).__name__, is_final=True)


def _mail(message: AlarmMessage) -> Outcome:
    said = saying.said_of(message)
    context = {
        "said": said,
        "message": message,
        "link": _absolute(said.path),
        "choice": _absolute(reverse("alarms")),
    }
    sent = send_to(message.user, subject=said.title, template=TEMPLATE, context=context)
    return ARRIVED if sent else Outcome(arrived=False, trouble=troubles.NOT_MAILED())


def _absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"


def _push(message: AlarmMessage) -> Outcome:
    device = message.device
    if device is None or not devices.alive([device]):
        return Outcome(arrived=False, trouble=troubles.LOGGED_OUT(), is_final=True)
    said = saying.said_of(message)
    tag = f"alarm-{message.alarm_id or 'test'}"
    content = pushing.encoded({"title": said.title, "body": said.body, "url": said.path, "tag": tag})
    status = pushing.post(device, content).status_code
    if status in pushing.GONE | pushing.NOT_OURS:
        device.delete()  # and this message with it
    return _judged(status)


def _webhook(message: AlarmMessage) -> Outcome:
    wishes = AlarmWishes.of(message.user)
    if not addresses.may_be_called(wishes.webhook_url):
        return Outcome(arrived=False, trouble=troubles.FORBIDDEN_ADDRESS(), is_final=True)
    body = json.dumps(saying.payload_of(message), ensure_ascii=False).encode()
    now = int(timezone.now().timestamp())
    signed = signing.headers(
        wishes.webhook_secret, message_id=f"alarm_message_{message.pk}", timestamp=now, body=body
    )
    headers = {"Content-Type": "application/json", "User-Agent": "PBX-Messaging", **signed}
    return _judged(addresses.call("POST", wishes.webhook_url, data=body, headers=headers))


def _judged(status: int) -> Outcome:
    """Receivers that are being mended answer anything: only 410 says that it is for good."""
    if 200 <= status < 300:
        return ARRIVED
    return Outcome(arrived=False, trouble=f"HTTP {status}", is_final=status == 410)


ROADS: dict[str, Callable[[AlarmMessage], Outcome]] = {
    AlarmMessage.Road.MAIL: _mail,
    AlarmMessage.Road.PUSH: _push,
    AlarmMessage.Road.WEBHOOK: _webhook,
}
