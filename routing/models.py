"""Where an inbound text goes: to one extension, or to a message queue of agents."""

from typing import TypeVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit

AnyModel = TypeVar("AnyModel", bound=models.Model)


class ArchivableQuerySet(models.QuerySet[AnyModel]):
    """Of models whose rows are never deleted, but archived by `archived_at`."""

    def live(self) -> "ArchivableQuerySet[AnyModel]":
        return self.filter(archived_at=None)


class Extension(models.Model):
    """An internal number with one user. The acting one is called `agent` throughout.

    Deleting archives it: sessions and messages go on naming their author.
    """

    number = models.CharField(
        _("Extension number"),
        max_length=16,
        validators=[RegexValidator(r"^\d{1,16}$", _("Enter digits only, for example 1001."))],
    )
    name = models.CharField(_("Name"), max_length=127)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="extension")
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

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class MessageQueue(models.Model):
    """A queue of agents who share the inbound texts of new sessions. Deleting archives it."""

    class PickupMode(models.TextChoices):
        MANUAL = "manual", _("Manual pickup")
        AUTO = "auto", _("Auto pickup")
        NONE = "none", _("No pickup")

    name = models.CharField(_("Name"), max_length=127)
    pickup_mode = models.CharField(
        _("Pickup mode"),
        max_length=8,
        choices=PickupMode,
        default=PickupMode.MANUAL,
    )
    agents = models.ManyToManyField(Extension, verbose_name=_("Agents"), related_name="queues", blank=True)
    supervisors = models.ManyToManyField(  # read along; chosen on the user's page
        settings.AUTH_USER_MODEL, related_name="supervised_queues", blank=True
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
            )
        ]

    def __str__(self) -> str:
        return self.name


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
