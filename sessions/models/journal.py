"""What is written down so that nothing is lost: webhook requests, events to publish, changes to count."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from channels.phone_numbers import PREFIX_LENGTH
from pbx_messaging.logs import request_ids
from pbx_messaging.said import SaidField


class WebhookRequest(models.Model):
    """The journal: a request to a webhook URL as it came in, and what became of it.

    A failed one is tried again by beat until it is processed; a rejected one is a bounded trace. One that is
    held is verified again when the channel's credentials change.
    """

    class Outcome(models.TextChoices):
        PROCESSED = "processed", _("Processed")
        DUPLICATE = "duplicate", _("Duplicate")
        IGNORED = "ignored", _("Ignored")  # authentic, but not for us: the reason says why
        FAILED = "failed", _("Failed")
        REJECTED = "rejected", _("Rejected")
        HELD = "held", _("Held")  # a text signed with a secret that the channel does not have
        UNREADABLE = "unreadable", _("Unreadable")  # authentic, but nothing can ever come of it
        DISMISSED = "dismissed", _("Dismissed")  # it failed, and an administrator gave it up

    class Kind(models.TextChoices):
        TEXT = "text", _("Inbound text")
        STATUS = "status", _("Status callback")
        OTHER = "", _("Not read")

    class Source(models.TextChoices):
        POSTED = "posted", _("Posted by the ITSP")
        FETCHED = "fetched", _("Fetched from the ITSP")  # a text that no request brought

    channel = models.ForeignKey(  # another index begins with it
        Channel, null=True, on_delete=models.CASCADE, related_name="webhook_requests", db_index=False
    )
    source = models.CharField(max_length=8, choices=Source, default=Source.POSTED, db_default=Source.POSTED)
    kind = models.CharField(max_length=8, choices=Kind, blank=True, default=Kind.OTHER)
    contact = models.CharField(max_length=64, blank=True)  # of an inbound text
    itsp_message_id = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    method = models.CharField(max_length=8)
    url = models.TextField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    reason = SaidField(blank=True)
    tries = models.PositiveSmallIntegerField(default=1)
    next_try_at = models.DateTimeField(null=True)  # of a failed one
    request_id = models.CharField(  # by which the log has it
        max_length=request_ids.MOST_CHARS, blank=True, db_default="", default=""
    )

    class Meta:
        indexes = [
            models.Index(fields=["channel", "-received_at", "-id"], name="journal_of_channel"),
            models.Index(fields=["-received_at", "-id"], name="journal_newest"),
            models.Index(fields=["next_try_at"], condition=Q(outcome="failed"), name="journal_failed"),
            models.Index(fields=["id"], condition=Q(outcome="rejected"), name="journal_rejected"),
            models.Index(fields=["channel", "received_at"], condition=Q(outcome="held"), name="journal_held"),
        ]

    def __str__(self) -> str:
        return f"webhook request {self.pk}"


class SignOfLife(models.Model):
    """When those who serve webhooks were there last, to within a minute; Redis knows it to the second.

    Both are kept, since after a restored backup one of them is the older.
    """

    name = models.CharField(max_length=128, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"sign of life of {self.name}"


class ErasedText(models.Model):
    """A text that was erased with its contact: the ITSP may name it once more, and nothing comes of that.

    Kept for as long as an ITSP is asked for missed texts.
    """

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    itsp_message_id = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "itsp_message_id"], name="erased_text_once")
        ]

    def __str__(self) -> str:
        return f"erased text {self.itsp_message_id}"


class FileToRemove(models.Model):
    """A stored file whose row is gone. Written in the transaction that removes the row.

    What the storage refuses waits for its next try, later each time.
    """

    name = models.CharField(max_length=255)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)  # in vain
    refused_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"file to remove {self.pk}"


class Event(models.Model):
    """The outbox: a change that some agents' pages must learn of. Deleted once it is published.

    It says what changed, never what it says; whoever is told fetches it and is checked then.
    """

    kind = models.CharField(max_length=16)
    session = models.ForeignKey(  # nobody asks by it
        "MessagingSession", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    audience = models.JSONField()  # who listens: see sessions.events
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} of session {self.session_id}"


class CountedChange(models.Model):
    """A change to the counts of sent and received messages, written with what it counts.

    stats folds these rows into its buckets and deletes them. One of failures says of which: the error's code,
    and the country and the first digits of the numbers that got nothing.
    """

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    at = models.DateTimeField()  # the moment that the message counts at, not the moment of the change
    success = models.SmallIntegerField(default=0)
    failed = models.SmallIntegerField(default=0)
    received = models.SmallIntegerField(default=0)
    segments = models.SmallIntegerField(db_default=0, default=0)  # of what was sent successfully
    error_code = models.CharField(max_length=16, blank=True, db_default="", default="")
    country = models.CharField(max_length=2, blank=True, db_default="", default="")  # ISO 3166
    prefix = models.CharField(max_length=PREFIX_LENGTH, blank=True, db_default="", default="")

    class Meta:
        indexes = [models.Index(fields=["channel", "at"], name="counted_change_of_channel")]

    def __str__(self) -> str:
        return f"counted change {self.pk}"
