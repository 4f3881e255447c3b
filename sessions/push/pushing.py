"""Hands notifications to browsers' push services. A service that hangs holds up its own devices only."""

import json
import logging
import time
from datetime import timedelta

import requests
from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pbx_messaging.outside import http
from pbx_messaging.outside.deadline import within
from pbx_messaging.outside.shares import Shares
from pbx_messaging.outside.sockets import ForbiddenAddress
from routing.models import Extension
from sessions.models import Push, PushDevice
from sessions.push import devices, vapid
from sessions.push.encryption import CONTENT_MOST, bytes_of, encrypted
from sessions.push.wording import said_of
from sessions.queries import visible_to

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)  # nobody else tries it meanwhile
FIRST_WAIT_S, MOST_TRIES = 10, 6  # ten minutes; then it is no news any more
MOST_WAIT_S = 3600  # that a service can ask for
KEPT_S = 4 * 3600  # that a service keeps it for a device which is away
RUN_S = 60.0  # no further one begins after so long; beat comes again
GONE = {404, 410}  # the browser has ended it
NOT_OURS = {401, 403}  # it was made for another key than ours, before the data were restored, say
SALT = "sessions.push.taken"

SHARES = 2
shares = Shares(in_all=SHARES, each=1)  # a service's devices take turns


def push_due() -> int:
    """Sends what is due, to each service in turn. Returns how many were taken or are over."""
    end, ended, left_out = time.monotonic() + RUN_S, 0, set[int]()
    while time.monotonic() < end:
        possible = due().exclude(device__service__in=left_out | shares.full())
        push = (
            possible.select_related("device__user", "notice__session").order_by("next_try_at", "pk").first()
        )
        if push is None:
            break
        with shares.of(push.device.service) as mine:
            if not mine:
                break  # other threads of this process are at it
            if _try(push):
                ended += 1
            else:
                left_out.add(push.device.service)
    return ended


def due() -> QuerySet[Push]:
    """Those to be sent now."""
    return Push.objects.filter(next_try_at__lte=timezone.now())


def _try(push: Push) -> bool:
    """True if that ended it, one way or the other; False if the service can't be had now."""
    if not due().filter(pk=push.pk).update(next_try_at=timezone.now() + LEASE):
        return True  # another process has it
    content = _content_or_none(push)
    if content is None:
        push.delete()
        return True
    try:
        answer = post(push.device, content)
    except ForbiddenAddress:
        logger.warning("device %s leads into a private network: it is removed", push.device_id)
        push.device.delete()
        return True
    except (requests.RequestException, TimeoutError, OSError) as error:
        logger.info("push %s is tried later: %s", push.pk, error)
        return _put_off(push, 0)
    return _judge(push, answer)


def _judge(push: Push, answer: requests.Response) -> bool:
    status = answer.status_code
    if status in GONE | NOT_OURS:
        push.device.delete()
    elif 200 <= status < 300:
        PushDevice.objects.filter(pk=push.device_id).update(taken_at=timezone.now())
        push.delete()
    elif status == 429 or status >= 500:
        told = answer.headers.get("Retry-After", "")
        return _put_off(push, int(told) if told.isascii() and told.isdigit() else 0)
    else:
        logger.warning("push %s was refused with %s", push.pk, status)
        push.delete()
    return True


def _put_off(push: Push, at_least_s: int) -> bool:
    """Later each time, and in the end no more."""
    if push.tries + 1 >= MOST_TRIES:
        push.delete()
        return False
    wait_s = max(FIRST_WAIT_S * 2**push.tries, min(at_least_s, MOST_WAIT_S))
    next_try_at = timezone.now() + timedelta(seconds=wait_s)
    Push.objects.filter(pk=push.pk).update(tries=push.tries + 1, next_try_at=next_try_at)
    return False


def _content_or_none(push: Push) -> bytes | None:
    try:
        return _content(push)
    except Exception:
        logger.exception("push %s can't be put into words", push.pk)
        return None


def _content(push: Push) -> bytes | None:
    """None if the login has ended, or the session is not theirs to see any more."""
    if not devices.alive([push.device]):
        return None
    if push.notice is None:
        told = {"title": _("PBX Messaging"), "body": _("This device is told."), "tag": "test"}
        page = "alarms" if push.device.user.is_administrator else "inbox-settings"
        return encoded(told | {"url": reverse(page)})
    session, notice = push.notice.session, push.notice
    agent = Extension.objects.live().filter(user=push.device.user_id).first()
    if not visible_to(push.device.user, agent).filter(pk=session.pk).exists():
        return None
    said = said_of(session, notice.kind)
    token = signing.dumps([notice.pk, notice.mark], salt=SALT)
    told = {"title": said.title, "body": said.body, "url": said.path, "tag": f"session-{session.pk}"}
    return encoded(told | {"taken": reverse("push-taken", args=[token])})


def encoded(told: dict[str, str]) -> bytes:
    content = json.dumps(told | {"icon": static("img/icon-192.png")}, ensure_ascii=False).encode()
    return content if len(content) <= CONTENT_MOST else json.dumps(told | {"body": ""}).encode()


def post(device: PushDevice, content: bytes) -> requests.Response:
    """Within the total time, over connections that lead to the public internet only; no redirects."""
    p256dh, auth = (bytes_of(device.keys[name]) for name in ("p256dh", "auth"))
    body = encrypted(content, p256dh=p256dh, auth=auth)
    headers = {
        "Authorization": vapid.authorization(device.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_S),
        "Urgency": "high",
    }
    public_only = not devices.is_stand_in(device.endpoint)
    with within(settings.PUSH_TOTAL_S), http.session(public_only=public_only) as client:
        return client.post(device.endpoint, body, headers=headers, allow_redirects=False, stream=True)
