"""An entry of the audit log in words."""

from datetime import datetime

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directions import isolated
from accounts.models import AuditEntry

register = template.Library()


# What the code calls otherwise than people do, by the field's name.
LABELS = {
    "balance_below": gettext_lazy("Alarm when the balance is below"),
    "by_mail": gettext_lazy("Told by e-mail"),
    "by_push": gettext_lazy("Told on devices"),
    "certificate_days": gettext_lazy("Alarm when the certificate ends in (days)"),
    "credentials": gettext_lazy("Credentials"),
    "dead_man_url": gettext_lazy("Dead man’s switch"),
    "disabled_at": gettext_lazy("Disabled"),
    "disk_percent": gettext_lazy("Alarm when the disk is full by (%)"),
    "draining_since": gettext_lazy("Deleted once its queue is empty"),
    "email": gettext_lazy("E-mail"),
    "expires_at": gettext_lazy("Valid until"),
    "failures_percent": gettext_lazy("Alarm when messages fail (%)"),
    "import_added": gettext_lazy("Rows added"),
    "import_changed": gettext_lazy("Rows changed"),
    "import_faulty": gettext_lazy("Faulty rows"),
    "import_not_begun": gettext_lazy("Rows left out by cancelling"),
    "is_active": gettext_lazy("Active"),
    "is_staff": gettext_lazy("Staff status"),
    "is_superuser": gettext_lazy("Superuser status"),
    "notifications_show": gettext_lazy("Notifications show"),
    "opted_out": gettext_lazy("Opted out"),
    "overflow_extension": gettext_lazy("When nobody answers: to the extension"),
    "overflow_queue": gettext_lazy("When nobody answers: to the message queue"),
    "paused_at": gettext_lazy("Paused"),
    "queues": gettext_lazy("Message Queues"),
    "queue_minutes": gettext_lazy("Alarm when a message waits (minutes)"),
    "rate_unit": gettext_lazy("Count in"),
    "revoked_at": gettext_lazy("Revoked"),
    "token": gettext_lazy("Webhook URL"),
    "two_step_required_of": gettext_lazy("Two-step login is required of"),
    "user_permissions": gettext_lazy("User permissions"),
    "webhook_secret": gettext_lazy("Secret of the webhook"),
    "webhook_url": gettext_lazy("Told at the webhook URL"),
}
KINDS = {
    "accounts.apitoken": gettext_lazy("API token"),
    "accounts.securitysettings": gettext_lazy("Security settings"),
    "channels.webhookaddress": gettext_lazy("Webhook URL"),
    "health.alarmwishes": gettext_lazy("How somebody is told of alarms"),
    "health.healthsettings": gettext_lazy("Alarms"),
    "messaging_sessions.optoutentry": gettext_lazy("Opt-out"),
    "retention.erasure": gettext_lazy("Contact's data"),
    "mfa.authenticator": gettext_lazy("Second step"),
}


@register.filter
def kind_words(entry: AuditEntry) -> str:
    return words_of_kind(entry.kind)


def words_of_kind(kind: str) -> str:
    try:
        return str(KINDS.get(kind) or capfirst(str(apps.get_model(kind)._meta.verbose_name)))
    except LookupError:  # of a model that is gone
        return kind


@register.filter
def sentences(entry: AuditEntry) -> list[tuple[str, str]]:
    """(field, what became of it); a secret only says that it was set or changed."""
    return [(label_of(entry.kind, field), _words(entry, change)) for field, change in entry.changes.items()]


def label_of(kind: str, field: str) -> str:
    if field in LABELS:
        return str(LABELS[field])
    try:
        found = apps.get_model(kind)._meta.get_field(field)
        rows = found.related_model if found.one_to_many else None
        return capfirst(str(rows._meta.verbose_name if rows else found.verbose_name))
    except (LookupError, FieldDoesNotExist):
        return field


def _readable(value: str) -> str:
    """A moment in the reader's zone; anything else as it is."""
    try:
        moment = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        moment = None
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment and moment.tzinfo else value


def _words(entry: AuditEntry, change: dict[str, str | list[str]]) -> str:
    if "old" in change or "new" in change:
        old, new = (_readable(str(change.get(name) or "–")) for name in ("old", "new"))
        is_new = entry.action in (AuditEntry.Action.CREATED, AuditEntry.Action.IMPORTED) and old == "–"
        return isolated(new) if is_new else f"{isolated(old)} → {isolated(new)}"
    if not change:
        return _("set") if entry.action == AuditEntry.Action.CREATED else _("changed")
    added = [_("added %s") % ", ".join(map(isolated, change["added"]))] if "added" in change else []
    removed = [_("removed %s") % ", ".join(map(isolated, change["removed"]))] if "removed" in change else []
    return "; ".join(removed + added)
