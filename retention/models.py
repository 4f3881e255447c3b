"""For how long what is kept, who is on legal hold, whose data are handed out or to be erased."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit
from channels.models import Channel

SHOWN_DIGITS = 4


def ending_of(address: str) -> str:
    """What records say of a number: its last four digits."""
    return f"…{address[-SHOWN_DIGITS:]}"


class Kind(models.TextChoices):
    """What is kept."""

    MESSAGES = "messages", _("Messages and their files")
    SESSIONS = "sessions", _("Closed sessions")
    JOURNAL = "journal", _("Webhook requests")
    DRAFTS = "drafts", _("Drafts")
    IMPORTS = "imports", _("Imported files")
    AUDIT = "audit", _("Entries of the audit log")


class Way(models.TextChoices):
    """What becomes of it in the end."""

    DELETE = "delete", _("Delete")
    ANONYMISE = "anonymise", _("Anonymise")


class Rule(models.Model):
    """For how many days a kind is kept, and what becomes of it then. Without a row it has its default.

    A channel may have rules of its own for messages and sessions, which stand in the place of those for all.
    """

    MOST_DAYS = 36_500

    kind = models.CharField(max_length=12, choices=Kind)
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="+")
    days = models.PositiveIntegerField(  # None: for ever
        _("Days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
    )
    way = models.CharField(_("Then"), max_length=12, choices=Way, default=Way.DELETE)

    class Meta:
        verbose_name = _("retention rule")
        constraints = [
            models.UniqueConstraint(fields=["kind", "channel"], name="retention_rule_once"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(channel=None), name="retention_rule_for_all_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def audit_name(self) -> str:
        return f"{self} – {self.channel.name}" if self.channel else str(self)


class LegalHold(models.Model):
    """A contact of whom nothing is removed, by retention or by an erasure, until somebody lifts it."""

    REASON_LENGTH = 200

    address = models.CharField(max_length=64, unique=True)
    reason = models.CharField(_("Reason"), max_length=REASON_LENGTH, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("legal hold")

    def __str__(self) -> str:
        return ending_of(self.address)


class HandOut(models.Model):
    """An archive of a contact's data, where that is too much for a request: waiting (a worker makes it, from
    its beginning if it was killed) → ready (to be downloaded until it expires), or failed.

    Cancelled is one whose contact is being erased while a worker still makes it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    address = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    texts = models.PositiveIntegerField(default=0)  # and notes, when it was asked for
    texts_done = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    file = models.CharField(max_length=255, blank=True)  # in the storage, also while it is written there
    size_bytes = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    # Who makes it, and until when nobody else does.
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("archive of personal data")

    def __str__(self) -> str:
        return ending_of(self.address)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.texts_done // self.texts) if self.texts else 100


class Erasure(models.Model):
    """Somebody has asked that a contact's data be erased: waiting → done.

    It waits while a text is on its way. Once it is done, the address is gone from here, too.
    """

    address = models.CharField(max_length=64, blank=True)
    ending = models.CharField(max_length=8)  # as records name the number
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("erasure")
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(done_at=None), name="erasure_waiting_once"
            )
        ]

    def __str__(self) -> str:
        return self.ending


audit.watch(Rule, left_out={"kind", "channel"})
audit.watch(LegalHold, left_out={"address", "reason", "at"})
audit.name_kind(Erasure)
