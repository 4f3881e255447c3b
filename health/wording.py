"""What is checked, in what unit, and figures as people read them; `words` says what was found."""

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pbx_messaging.said import Kind

Text = Promise | str

TITLES: dict[str, Text] = {
    "version": gettext_lazy("Version"),
    "web": gettext_lazy("Pages and API"),
    "stream": gettext_lazy("Live updates and webhooks"),
    "sender": gettext_lazy("Sender"),
    "worker": gettext_lazy("Worker"),
    "beat": gettext_lazy("Clock (beat)"),
    "channels": gettext_lazy("Channels"),
    "held": gettext_lazy("Texts that are held"),
    "set_up": gettext_lazy("Set-up check"),
    "standby": gettext_lazy("Standby"),
    "queue": gettext_lazy("Texts that wait to be sent"),
    "failures": gettext_lazy("Texts that failed"),
    "uncertain": gettext_lazy("Texts that may have arrived"),
    "webhooks": gettext_lazy("Webhook requests that failed"),
    "spool": gettext_lazy("Spool"),
    "outbox": gettext_lazy("News for open pages"),
    "database": gettext_lazy("Database"),
    "valkey": gettext_lazy("Valkey"),
    "valkey_memory": gettext_lazy("Valkey’s memory"),
    "valkey_file": gettext_lazy("Valkey’s file"),
    "disk": gettext_lazy("Disk"),
    "files": gettext_lazy("Files of removed texts"),
    "backup": gettext_lazy("Last backup"),
    "restored": gettext_lazy("Standstill"),
    "address": gettext_lazy("Public address"),
    "certificate": gettext_lazy("Certificate"),
    "clock": gettext_lazy("Clock against the ITSP’s"),
    "balance": gettext_lazy("Balance at the ITSP"),
    "mail": gettext_lazy("E-mail"),
    "dead_man": gettext_lazy("Dead man’s switch"),
}
OF_ONE: dict[str, Text] = {"channels": gettext_lazy("Channel")}  # where a title is about one of several
UNITS: dict[str, str] = {
    "version": "",
    **dict.fromkeys(("web", "stream", "sender", "worker", "beat"), "s"),
    **dict.fromkeys(("queue", "outbox", "backup", "restored", "clock"), "s"),
    **dict.fromkeys(("channels", "held", "set_up", "standby", "uncertain"), "count"),
    **dict.fromkeys(("webhooks", "spool", "files"), "count"),
    **dict.fromkeys(("failures", "valkey_memory", "disk"), "percent"),
    **dict.fromkeys(("database", "valkey"), "ms"),
    "valkey_file": "",
    "address": "",
    "certificate": "days",
    "balance": "money",
    "mail": "",
    "dead_man": "",
}


def figure(value: float | None, unit: str, params: dict[str, Any]) -> str:
    """As exactly as a glance needs it."""
    if value is None:
        return ""
    if unit == "s":
        return duration(value)
    if unit == "days":
        return ngettext("%(n)d day", "%(n)d days", int(value)) % {"n": value}
    if unit == "percent":
        return _("%(n)d %%") % {"n": value}
    if unit == "ms":
        return _("%(n)d ms") % {"n": value}
    if unit == "money":
        return f"{value:.2f} {params.get('currency', '')}".strip()
    return f"{value:g}"


def duration(seconds: float) -> str:
    """ "7 s", "12 min", "3 h", "4 days"."""
    for most, per, word in (
        (60, 1, _("%(n)d s")),
        (3600, 60, _("%(n)d min")),
        (48 * 3600, 3600, _("%(n)d h")),
    ):
        if seconds < most:
            return word % {"n": seconds // per}
    days = int(seconds // 86400)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def size(count: float) -> str:
    return str(filesizeformat(count)).replace("\xa0", " ")


DURATION = Kind("duration", lambda params: duration(params["seconds"]))
SIZE = Kind("size", lambda params: size(params["bytes"]))
