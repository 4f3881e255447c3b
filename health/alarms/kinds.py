"""Alarms by kinds, as administrators choose them; how long each is waited for."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

KINDS: dict[str, Promise | str] = {
    "channel": gettext_lazy("A channel fails"),
    "set_up": gettext_lazy("A set-up check fails that was fine"),
    "queue": gettext_lazy("Texts wait for too long"),
    "failures": gettext_lazy("Too many texts fail"),
    "webhooks": gettext_lazy("Webhook requests fail"),
    "processes": gettext_lazy("A process is dead: sender, worker, clock, pages"),
    "stores": gettext_lazy("Database, Valkey or disk"),
    "address": gettext_lazy("Public address, certificate, clock"),
    "balance": gettext_lazy("The balance at the ITSP is low"),
    "backup": gettext_lazy("A backup is late"),
    "restored": gettext_lazy("Nothing is sent, since a backup was restored"),
}
KIND_OF: dict[str, str] = {
    "channels": "channel",
    "held": "webhooks",
    "set_up": "set_up",
    "standby": "set_up",
    "queue": "queue",
    "failures": "failures",
    "uncertain": "failures",
    "webhooks": "webhooks",
    **dict.fromkeys(("web", "stream", "sender", "worker", "beat"), "processes"),
    **dict.fromkeys(("spool", "outbox"), "processes"),
    **dict.fromkeys(("database", "valkey", "valkey_memory", "valkey_file", "disk", "files"), "stores"),
    **dict.fromkeys(("address", "certificate", "clock"), "address"),
    "balance": "balance",
    "backup": "backup",
    "restored": "restored",
}

PATIENCE: dict[str, timedelta] = {
    # A sign of life is 20 s old by then; a web process that is replaced is back by then.
    **dict.fromkeys(
        ("web", "stream", "sender", "worker", "beat", "valkey", "database"), timedelta(seconds=10)
    ),
    **dict.fromkeys(("address", "outbox", "spool", "webhooks"), timedelta(seconds=30)),
}
USUAL_PATIENCE = timedelta(seconds=10)

FINE_FOR = timedelta(minutes=1)  # then it is over; twice as long each time that it comes again
FINE_MOST = timedelta(minutes=30)
AGAIN_WITHIN = timedelta(hours=2)


def patience(check: str) -> timedelta:
    """For how long it must fail before it is told."""
    return PATIENCE.get(check, USUAL_PATIENCE)


def fine_for(earlier: int) -> timedelta:
    """For how long it must be fine before that is told; `earlier`: alarms of the same that ended lately."""
    doubled: timedelta = FINE_FOR * (1 << min(earlier, 10))
    return min(doubled, FINE_MOST)
