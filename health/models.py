"""What the worker found out outside, which alarms ring, and who is told of them how."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from channels.encryption import EncryptedJSONField
from health.result import Result, State
from pbx_messaging.said import SaidJSONField, ShortSaidField
from sessions.models import PushDevice


class Fact(models.Model):
    """What was found out where a page can't wait: an answer from outside, the last backup. By its name."""

    name = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    values = SaidJSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Probe(models.Model):
    """One row, written to see whether the database takes anything."""

    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="probe_once")]

    def __str__(self) -> str:
        return "probe"


class HealthSettings(models.Model):
    """What administrators decide for all; one row."""

    queue_minutes = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    failures_percent = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    balance_below = models.DecimalField(
        null=True, blank=True, max_digits=9, decimal_places=2, validators=[MinValueValidator(0)]
    )
    certificate_days = models.PositiveSmallIntegerField(
        default=14, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    disk_percent = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    dead_man_url = EncryptedJSONField(default=str)

    class Meta:
        verbose_name = _("alarm settings")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="health_settings_once")]

    def __str__(self) -> str:
        return "alarm settings"

    @classmethod
    def load(cls) -> "HealthSettings":
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class AlarmWishes(models.Model):
    """How an administrator wants to be told. Without a row: by mail and on all devices, of everything."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alarm_wishes"
    )
    by_mail = models.BooleanField(default=True)
    by_push = models.BooleanField(default=True)
    webhook_url = EncryptedJSONField(default=str)  # addresses of chat services are secrets themselves
    webhook_secret = EncryptedJSONField(default=str)  # whsec_…, as Standard Webhooks has it
    muted = models.JSONField(default=list)  # kinds of `health.alarms.kinds`

    class Meta:
        verbose_name = _("alarm wishes")

    def __str__(self) -> str:
        return f"alarm wishes of user {self.user_id}"

    @property
    def audit_name(self) -> str:
        return self.user.username

    @classmethod
    def of(cls, user: User) -> "AlarmWishes":
        return cls.objects.filter(user=user).first() or cls(user=user)


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def open(self) -> "AlarmQuerySet":
        return self.filter(ended_at=None)

    def ringing(self) -> "AlarmQuerySet":
        return self.open().filter(began_at__isnull=False)


class Alarm(models.Model):
    """Something that fails: seen (not yet told) → ringing (`began_at`) → over (`ended_at`).

    One that is seen only, and is fine again, is removed. `fine_since`: it rings, and may be over. Words are
    made of check, code and params when they are shown.
    """

    check_name = models.CharField(max_length=32)
    about = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=32)
    params = SaidJSONField(default=dict)
    value = models.FloatField(null=True)
    seen_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    fine_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["check_name", "about"], condition=Q(ended_at=None), name="alarm_open_once"
            )
        ]
        indexes = [models.Index(fields=["check_name", "about", "-ended_at"], name="alarm_lately")]

    def __str__(self) -> str:
        return f"alarm {self.pk}: {self.check_name} {self.about}"

    @property
    def key(self) -> tuple[str, str]:
        return self.check_name, self.about

    @property
    def result(self) -> Result:
        """What was found when it was seen."""
        return Result(self.check_name, State.FAILING, self.code, self.value, self.params, self.about)


class AlarmMessage(models.Model):
    """That an alarm began, or is over, told to one administrator on one road. Without an alarm it is a test.

    `next_try_at` is None once it has arrived, or was given up.
    """

    class Road(models.TextChoices):
        MAIL = "mail", _("E-mail")
        PUSH = "push", _("Device")
        WEBHOOK = "webhook", _("Webhook")

    alarm = models.ForeignKey(Alarm, null=True, on_delete=models.CASCADE, related_name="messages")
    is_over = models.BooleanField(default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    road = models.CharField(max_length=8, choices=Road)
    device = models.ForeignKey(PushDevice, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()  # of what it tells
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    trouble = ShortSaidField(max_length=200, blank=True)  # of the last try

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="alarm_message_due"
            )
        ]

    def __str__(self) -> str:
        return f"alarm message {self.pk}"


def note_fact(name: str, at: datetime, **values: Any) -> None:
    """Puts it in the place of the earlier one; also the way of the backup to say that it was made."""
    Fact.objects.update_or_create(name=name, defaults={"at": at, "values": values})


audit.watch(HealthSettings, secrets={"dead_man_url"})
audit.watch(AlarmWishes, secrets={"webhook_url", "webhook_secret"})
