"""The devices that take notifications, and what the page's script needs to make this one of them."""

from typing import Any

from django import template

from accounts.models import User
from sessions.push.devices import alive
from sessions.push.vapid import own_key

register = template.Library()


@register.inclusion_tag("sessions/push/_meta.html")
def push_meta(user: User, *, offered: bool = False) -> dict[str, Any]:
    """`offered`: the browser can become one of the devices here."""
    key = own_key().public if offered else ""
    return {"key": key, "user": user, "is_told": user.push_devices.exists()}


@register.inclusion_tag("sessions/push/_devices.html", takes_context=True)
def push_devices(context: dict[str, Any]) -> dict[str, Any]:
    request = context["request"]
    shown = alive(request.user.push_devices.all())
    return {
        "devices": shown,
        "session_key": request.session.session_key,
        "csrf_token": context["csrf_token"],
        "path": request.path,
    }
