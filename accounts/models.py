"""Who logs in: people with a role and a time zone, and the API tokens of extensions' users."""

import zoneinfo
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.directions import isolated


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Choose one from the list."), params={"name": isolated(name)}
        )


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")


class User(AbstractUser):
    """A person who logs in. What an agent may see hangs on the user's extension, not on the role."""

    role = models.CharField(_("Role"), max_length=16, choices=Role, default=Role.AGENT)
    time_zone = models.CharField(
        _("Time zone"),
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Times are shown in this zone. Empty: the system's."),
    )

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def is_supervisor(self) -> bool:
        return self.role == Role.SUPERVISOR

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone or settings.TIME_ZONE)


class Invitation(models.Model):
    """Lets a user set a password by a link, once, until it expires. A renewed one is another row."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="invitation")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class SecuritySettings(models.Model):
    """What administrators decide for all; one row."""

    class RequiredOf(models.TextChoices):
        NOBODY = "nobody", _("Nobody: everyone decides for themselves")
        ADMINISTRATORS = "administrators", _("Administrators")
        EVERYBODY = "everybody", _("Everybody")

    class NotificationsShow(models.TextChoices):
        NOTHING = "nothing", _("Only that something happened")
        NAME = "name", _("The contact’s name")
        TEXT = "text", _("The contact’s name and text")

    two_step_required_of = models.CharField(max_length=16, choices=RequiredOf, default=RequiredOf.NOBODY)
    notifications_show = models.CharField(
        max_length=8,
        choices=NotificationsShow,
        default=NotificationsShow.NAME,
        db_default=NotificationsShow.NAME,
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="security_settings_once")]

    def __str__(self) -> str:
        return "security settings"

    @classmethod
    def load(cls) -> "SecuritySettings":
        return cls.objects.filter(pk=1).first() or cls(pk=1)


TOKEN_END_TOLD_BEFORE = timedelta(days=14)


class ApiToken(models.Model):
    """A bearer token of a user, for the REST API and the event stream. Only its SHA-256 is stored."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        SEND = "send", _("Read and send")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=127)
    scope = models.CharField(max_length=8, choices=Scope, default=Scope.SEND)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    end_told_at = models.DateTimeField(null=True)  # when its user was told by mail that it ends soon
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def has_ended(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def ends_soon(self) -> bool:
        return not self.has_ended and self.expires_at <= timezone.now() + TOKEN_END_TOLD_BEFORE

    @property
    def audit_name(self) -> str:
        return f"{self.name} ({self.user.username})"


class AuditEntry(models.Model):
    """Who changed what, when and from where. Never changed, but for what the same request adds to it.

    `changes`: field → {"old", "new"}, {"removed": […], "added": […]}, or {} for a secret.
    """

    class Action(models.TextChoices):
        CREATED = "created", _("Added")
        CHANGED = "changed", _("Changed")
        DELETED = "deleted", _("Deleted")
        REPLAYED = "replayed", _("Replayed")
        DISMISSED = "dismissed", _("Dismissed")
        FETCHED = "fetched", _("Missed texts asked for")
        FIXED = "fixed", _("Changed at the ITSP")
        LOGGED_IN = "logged_in", _("Logged in")
        LOGGED_OUT = "logged_out", _("Logins ended")
        IMPORTED = "imported", _("Imported")
        ERASED = "erased", _("Erased")
        HANDED_OUT = "handed_out", _("Handed out")

    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    username = models.CharField(max_length=150, blank=True)  # as it was then; "" is PBX itself
    address = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=12, choices=Action)
    kind = models.CharField(max_length=64)  # the label of the model
    object_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=255)
    changes = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.name}"
