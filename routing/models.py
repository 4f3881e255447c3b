"""Where an inbound text goes: to one extension, or to a message queue of agents."""

import zoneinfo
from typing import TypeVar

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import validate_time_zone
from routing.session_timeout import SessionTimeout
from routing.sms_field import MAX_BODY

AnyModel = TypeVar("AnyModel", bound=models.Model)


class ArchivableQuerySet(models.QuerySet[AnyModel]):
    """Of models whose rows are never deleted, but archived by `archived_at`."""

    def live(self) -> "ArchivableQuerySet[AnyModel]":
        return self.filter(archived_at=None)


class Extension(models.Model):
    """An internal number with one user. The acting one is called `agent` throughout.

    Deleting archives it: sessions and messages go on naming their author.
    """

    class Availability(models.TextChoices):
        """What agents say of themselves; that one is offline is known from the event stream."""

        AVAILABLE = "available", _("Available")
        AWAY = "away", _("Away")

    number = models.CharField(
        _("Extension number"),
        max_length=16,
        validators=[RegexValidator(r"^[0-9]{1,16}\Z", _("Enter digits only, for example 1001."))],
    )
    name = models.CharField(_("Name"), max_length=127)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="extension")
    availability = models.CharField(
        max_length=12, choices=Availability, default=Availability.AVAILABLE, editable=False
    )
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = ArchivableQuerySet["Extension"].as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(archived_at=None),
                name="extension_number_once",
                violation_error_message=_("Another extension has this number. Choose another one."),
            )
        ]
        indexes = [  # 999 comes before 1001
            models.Index(Length("number"), "number", "id", condition=Q(archived_at=None), name="by_number")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class MessageQueue(SessionTimeout):
    """A queue of agents who share the inbound texts of new sessions. Deleting archives it."""

    class PickupMode(models.TextChoices):
        MANUAL = "manual", _("Manual pickup")
        AUTO = "auto", _("Auto pickup")
        NONE = "none", _("No pickup")
        ASSIGNED = "assigned", _("Automatic assignment")

    class Assignment(models.TextChoices):
        """Who gets the next session where they are assigned, of all who could take it."""

        ROUND_ROBIN = "round_robin", _("Whose turn it is")
        LEAST_OPEN = "least_open", _("Who has the fewest open sessions")

    class SessionClosing(models.TextChoices):
        """When idle sessions of the queue are closed."""

        CHANNEL = "channel", _("As their channel has it")
        OWN = "own", _("After a time of the queue’s own")
        NEVER = "never", _("Never")

    name = models.CharField(_("Name"), max_length=127)
    pickup_mode = models.CharField(
        _("Pickup mode"),
        max_length=8,
        choices=PickupMode,
        default=PickupMode.MANUAL,
    )
    assignment = models.CharField(
        _("Next session goes to"),
        max_length=16,
        choices=Assignment,
        default=Assignment.ROUND_ROBIN,
        db_default=Assignment.ROUND_ROBIN,
    )
    agents = models.ManyToManyField(Extension, verbose_name=_("Agents"), related_name="queues", blank=True)
    supervisors = models.ManyToManyField(  # read along; chosen on the user's page
        settings.AUTH_USER_MODEL, related_name="supervised_queues", blank=True
    )
    max_open_sessions = models.PositiveSmallIntegerField(
        _("Open sessions per agent, at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    alert_after_minutes = models.PositiveSmallIntegerField(  # unanswered for so long: supervisors are told
        _("Alert after (minutes)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    overflow_after_minutes = models.PositiveSmallIntegerField(  # unanswered for so long: it goes there
        _("Overflow after (minutes)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    overflow_extension = models.ForeignKey(
        Extension, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    overflow_queue = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    time_zone = models.CharField(  # of its opening hours and closed days
        _("Time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    closed_reply = models.TextField(_("Reply outside the opening hours"), blank=True, max_length=MAX_BODY)
    session_closing = models.CharField(
        _("Close idle sessions"),
        max_length=8,
        choices=SessionClosing,
        default=SessionClosing.CHANNEL,
        db_default=SessionClosing.CHANNEL,
    )
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = ArchivableQuerySet["MessageQueue"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(archived_at=None),
                name="queue_name_once",
                violation_error_message=_("Another message queue has this name. Choose another one."),
            ),
            models.CheckConstraint(
                condition=Q(overflow_extension=None) | Q(overflow_queue=None),
                name="queue_overflows_to_one",
                violation_error_message=_("Choose one destination: an extension or a message queue."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone or settings.TIME_ZONE)


class OpeningHours(models.Model):
    """A span of a weekday, in the queue's zone, in which it is open. A queue without any is always open."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    queue = models.ForeignKey(MessageQueue, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens_at = models.TimeField()
    closes_at = models.TimeField()  # 00:00 is the end of the day

    class Meta:
        ordering = ["weekday", "opens_at"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class ClosedDay(models.Model):
    """A day on which the queue is closed, whatever its opening hours say."""

    queue = models.ForeignKey(  # another index begins with it
        MessageQueue, on_delete=models.CASCADE, related_name="closed_days", db_index=False
    )
    date = models.DateField()
    name = models.CharField(max_length=127, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["queue", "date"], name="closed_day_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}".strip()


class Destination(models.Model):
    """Exactly one of an extension and a message queue, held by a constraint."""

    extension = models.ForeignKey(
        Extension,
        verbose_name=_("Extension"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    queue = models.ForeignKey(
        MessageQueue,
        verbose_name=_("Message Queue"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(extension=None, queue__isnull=False) | Q(extension__isnull=False, queue=None),
                name="%(class)s_one_destination",
                violation_error_message=_("Choose one destination: an extension or a message queue."),
            )
        ]

    @property
    def destination(self) -> Extension | MessageQueue:
        chosen = self.extension or self.queue
        assert chosen is not None  # noqa: S101 (the constraint holds it)
        return chosen


audit.watch(Extension)
audit.watch(MessageQueue, lists=["agents", "supervisors"])
