"""Who is told of what while nobody looks: devices, and what each was told."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from channels.encryption import EncryptedJSONField
from sessions.models.thread import MessagingSession


class PushKey(models.Model):
    """The key by which push services know us (VAPID, RFC 8292). One row, made when it is first needed.

    A new one would end all subscriptions, so it stays.
    """

    private = EncryptedJSONField()  # 32 bytes in base64url
    public = models.CharField(max_length=88)  # a point of P-256, 65 bytes in base64url

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="push_key_once")]

    def __str__(self) -> str:
        return "push key"


class PushDevice(models.Model):
    """A browser that takes notifications for somebody, for as long as its login lasts (`session_key`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_devices")
    session_key = models.CharField(max_length=40)  # of Django's own session
    endpoint = models.TextField()  # at the browser's push service
    endpoint_hash = models.CharField(max_length=64, unique=True)  # SHA-256
    service = models.BigIntegerField()  # which push service it is: see `pushing.service_of`
    keys = EncryptedJSONField()  # {"p256dh", "auth"} in base64url
    name = models.CharField(max_length=64)  # "Chrome on Windows"
    created_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True)  # when its push service took something last

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"device {self.pk}"


class Notice(models.Model):
    """The latest that somebody was told of a session, of one kind. Another `mark` is something new.

    `mail_at`: when it goes by e-mail unless a device has shown it before; None if it does not.
    """

    user = models.ForeignKey(  # another index begins with it
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    session = models.ForeignKey(MessagingSession, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)  # of `notifying.Call`
    mark = models.BigIntegerField()
    at = models.DateTimeField()
    mail_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "session", "kind"], name="notice_once")]
        indexes = [
            models.Index(fields=["mail_at"], condition=Q(mail_at__isnull=False), name="notice_to_mail"),
            models.Index(fields=["at"], name="notice_oldest"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Push(models.Model):
    """A notice that waits for a device's push service; without a notice it is a test."""

    device = models.ForeignKey(  # another index begins with it
        PushDevice, on_delete=models.CASCADE, related_name="pushes", db_index=False
    )
    notice = models.ForeignKey(Notice, null=True, on_delete=models.CASCADE, related_name="pushes")
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "notice"], name="push_once")]

    def __str__(self) -> str:
        return f"push {self.pk}"
