"""What people see: sessions, their messages, and attachments."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts import audit
from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel, Number
from pbx_messaging.said import SaidField
from routing.models import Extension, MessageQueue
from sessions.models.pickup import PICKUPS, SHARED, Pickup
from sessions.models.tags import Tag

WAIT_FIELDS = ("unanswered_since", "alerted_at")  # of a session: what is known of one wait for an answer


class MessagingSessionQuerySet(models.QuerySet["MessagingSession"]):
    def open(self) -> "MessagingSessionQuerySet":
        return self.filter(closed_at=None)

    def waiting(self) -> "MessagingSessionQuerySet":
        return self.open().filter(agent=None)

    def to_pick_up(self) -> "MessagingSessionQuerySet":
        """Those that wait for an agent to own them."""
        return self.waiting().exclude(queue__pickup_mode__in=SHARED)

    def shared(self) -> "MessagingSessionQuerySet":
        """Those that all agents of their queue answer in."""
        return self.waiting().filter(queue__pickup_mode__in=SHARED)

    def idle(self, *, since: datetime) -> "MessagingSessionQuerySet":
        """Open ones in which nothing happened since then, nor is to happen."""
        return self.open().filter(last_active_at__lte=since, snoozed_until=None)

    def snoozed(self) -> "MessagingSessionQuerySet":
        return self.open().filter(snoozed_until__isnull=False)

    def back(self) -> "MessagingSessionQuerySet":
        """Those of which `is_follow_up` says so."""
        return self.open().filter(woken_at__isnull=False, unread__gt=0, last_active_at__lte=F("woken_at"))

    def archivable(self) -> "MessagingSessionQuerySet":
        """Those that nobody loses by it: see `MessagingSession.is_archivable`."""
        settled = Q(agent__isnull=False, unanswered_since=None)
        return self.filter(Q(closed_at__isnull=False) | settled)


class MessagingSession(models.Model):
    """One thread between one of our numbers and one contact.

    waiting (queue, no agent) → owned (agent) → closed; a transfer leads back to waiting or to another
    agent. In a queue without pickup it stays nobody's: the queue's mode says so (`pickup`), not the row.
    A text that comes after closing opens a new session. At most one is open per number and contact, so that a
    closed one is reopened only while there is no other: it is whose it was.

    What is archived is in no list but that of the archive. An open session is there only while somebody owns
    it and its contact waits for nothing: a text, an answer, and whatever gives it to somebody bring it back.

    What is snoozed is open and somebody's, and stands in a list of its own until its time or the next text.
    Whatever gives it to somebody else ends that.
    """

    class Kept(models.IntegerChoices):
        """What retention has left of it."""

        WHOLE = 0, _("Whole")
        EMPTIED = 1, _("Without its messages' words")
        ANONYMOUS = 2, _("Without its contact")

    class ClosedBy(models.TextChoices):
        AGENT = "agent", _("by hand")
        TIMEOUT = "timeout", _("automatically")

    number = models.ForeignKey(  # another index begins with it
        Number, on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    contact = models.CharField(max_length=64)  # the outside party's address as the ITSP delivered it
    queue = models.ForeignKey(  # another index begins with it
        MessageQueue, null=True, on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    agent = models.ForeignKey(  # another index begins with it
        Extension, null=True, on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    opened_at = models.DateTimeField()
    last_active_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=8, choices=ClosedBy, blank=True)
    archived_at = models.DateTimeField(null=True)
    unread = models.PositiveIntegerField(default=0)  # inbound texts that the owner, or nobody yet, has read
    # Nobody asks by it, and without an index the database would read all sessions for each message that goes.
    last_message = models.ForeignKey(
        "Message",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    waiting_since = models.DateTimeField(null=True)  # in its present queue, without an agent
    taken_at = models.DateTimeField(null=True)  # its agent got it out of its queue; null: in another way
    unanswered_since = models.DateTimeField(null=True)  # the first inbound text after our last answer
    alerted_at = models.DateTimeField(null=True)  # the queue's supervisors were told of the wait
    overflowed_at = models.DateTimeField(null=True)  # not used since `Overflow`; code before it reads it
    auto_replied_at = models.DateTimeField(null=True)  # outside the opening hours: once per session
    snoozed_until = models.DateTimeField(
        null=True
    )  # out of its owner's list until then, or until a text comes
    woken_at = models.DateTimeField(null=True)  # it came back at the time that its owner had chosen
    tags = models.ManyToManyField(Tag, related_name="sessions", blank=True)
    kept = models.PositiveSmallIntegerField(choices=Kept, default=Kept.WHOLE, db_default=Kept.WHOLE)

    objects = MessagingSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number", "contact"],
                condition=Q(closed_at=None),
                name="one_open_session_per_number_and_contact",
            ),
            models.CheckConstraint(
                condition=Q(agent__isnull=False) | Q(queue__isnull=False), name="session_is_somewhere"
            ),
        ]
        indexes = [
            models.Index(  # without what was nobody's, by which SQLite would look for what waits
                fields=["agent", "-last_active_at", "-id"],
                condition=Q(agent__isnull=False),
                name="session_owned",
            ),
            models.Index(  # an agent's open ones are few, and asked for all day
                fields=["agent", "-last_active_at", "-id"],
                condition=Q(closed_at=None, agent__isnull=False),
                name="session_open_of_agent",
            ),
            models.Index(  # what waits, and what supervisors see
                fields=["queue", "-last_active_at", "-id"],
                condition=Q(closed_at=None),
                name="session_open_of_queue",
            ),
            models.Index(
                fields=["number", "last_active_at"], condition=Q(closed_at=None), name="session_idle"
            ),
            models.Index(fields=["queue", "-last_active_at", "-id"], name="session_of_queue"),
            models.Index(fields=["-last_active_at", "-id"], name="session_newest"),
            models.Index(fields=["contact", "-last_active_at", "-id"], name="session_of_contact"),
            models.Index(fields=["number", "-last_active_at", "-id"], name="session_of_number"),
            models.Index(  # what is seldom: the logs find it without a look at all that there is
                fields=["-last_active_at", "-id"],
                condition=Q(archived_at__isnull=False),
                name="session_archived",
            ),
            models.Index(
                fields=["-last_active_at", "-id"],
                condition=Q(closed_by="timeout"),
                name="session_closed_by_itself",
            ),
            models.Index(  # statistics count those of a time by their queue
                fields=["closed_at", "queue"],
                condition=Q(closed_at__isnull=False),
                name="session_closed",
            ),
            models.Index(  # what retention comes to, number by number
                fields=["number", "kept", "opened_at"],
                condition=Q(closed_at__isnull=False, kept__lt=2),
                name="session_to_forget",
            ),
            models.Index(
                fields=["unanswered_since"],
                condition=Q(closed_at=None, unanswered_since__isnull=False),
                name="session_unanswered",
            ),
            models.Index(
                fields=["snoozed_until"],
                condition=Q(closed_at=None, snoozed_until__isnull=False),
                name="session_snoozed",
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def pickup(self) -> Pickup:
        """What becomes of it while nobody owns it; nothing, once somebody does."""
        if self.agent_id is not None or self.queue is None:
            return Pickup()
        return PICKUPS[MessageQueue.PickupMode(self.queue.pickup_mode)]

    @property
    def is_archivable(self) -> bool:
        """Closed; or somebody's, who has answered. Anything else would be lost to everybody by it."""
        return not self.is_open or (self.agent_id is not None and self.unanswered_since is None)

    @property
    def is_follow_up(self) -> bool:
        """Nothing has happened in it, and nobody has looked at it, since it came back from a snooze."""
        return bool(self.woken_at and self.unread and self.last_active_at <= self.woken_at)

    def end_wait(self) -> None:
        """In memory: its contact waits for nothing any more; write `WAIT_FIELDS`."""
        self.unanswered_since = self.alerted_at = None

    def is_for(self, agent: Extension) -> bool:
        """Of an agent who sees it: theirs, or shared with all."""
        return self.agent_id == agent.pk or self.pickup.is_shared


class Message(models.Model):
    """What was written, a note among agents, or a system line.

    How an outbound one fares is told by its latest attempt; one without an author was sent automatically.

    `status`, `error_code` and `reason` repeat the latest attempt's for reading.
    """

    class Kind(models.TextChoices):
        INBOUND = "inbound", _("Inbound")
        OUTBOUND = "outbound", _("Outbound")
        SYSTEM = "system", _("System line")
        NOTE = "note", _("Internal note")  # never leaves the house

    class SystemLine(models.TextChoices):
        PICKED_UP = "picked_up", _("Picked up")
        TRANSFERRED = "transferred", _("Transferred")
        CLOSED = "closed", _("Closed by hand")
        CLOSED_IDLE = "closed_idle", _("Closed automatically")
        OVERFLOWED = "overflowed", _("Passed on, because nobody answered")
        UNSUPPORTED = "unsupported", _("Unsupported content")
        ARCHIVED = "archived", _("Archived")
        UNARCHIVED = "unarchived", _("Taken out of the archive")
        REHOMED = "rehomed", _("Moved, because its place went away")
        REOPENED = "reopened", _("Reopened")
        TAKEN_BACK = "taken_back", _("Taken back after a transfer")
        ASSIGNED = "assigned", _("Assigned automatically")
        SNOOZED = "snoozed", _("Snoozed")
        UNSNOOZED = "unsnoozed", _("Snooze ended by hand")
        FOLLOW_UP = "follow_up", _("Back from a snooze")
        RETURNED = "returned", _("Back in its queue, because its agent left")
        TAKEN_OVER = "taken_over", _("Taken from its agent")
        CONTACT_FIRST = "contact_first", _("A scheduled text was cancelled, because the contact wrote first")
        RESCHEDULED = "rescheduled", _("A scheduled text was changed")
        OPTED_OUT = "opted_out", _("Opted out by hand")

    session = models.ForeignKey(  # another index begins with it
        MessagingSession, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind)
    created_at = models.DateTimeField()
    body = models.TextField(blank=True)  # of a system line: who it was, if it was nobody with an extension
    others = models.TextField(db_default="", default="")  # of a group text: who else got it, a line each
    author = models.ForeignKey(  # another index begins with it
        Extension, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=150, null=True)  # noqa: DJ001 (null: rows stay as they are) of a note by who has no extension
    system_line = models.CharField(max_length=16, choices=SystemLine, blank=True)
    to_extension = models.ForeignKey(  # of a system line: where the session went
        Extension, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_queue = models.ForeignKey(
        MessageQueue, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    channel = models.ForeignKey(  # another index begins with it
        Channel, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    itsp_message_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 (null: not unique) of inbound
    client_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 (null: not unique)
    status = models.CharField(max_length=12, choices=DeliveryStatus, blank=True)
    error_code = models.CharField(max_length=16, blank=True)
    reason = SaidField(blank=True)
    accepted_before = False  # as an action gives it back: its client id was known, so nothing was sent

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "itsp_message_id"], name="inbound_stored_once"),
            models.UniqueConstraint(fields=["author", "client_id"], name="outbound_accepted_once"),
        ]
        indexes = [
            models.Index(fields=["session", "id"], name="message_of_session"),
            models.Index(  # without its status, so that a status moves on within its page (`fillfactor`)
                fields=["error_code", "-id"], condition=~Q(error_code=""), name="message_of_error"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def who(self) -> str:
        """Whose it is, by name, also of who has no extension; "" where that is nobody of the house."""
        if self.author:
            return self.author.name
        return self.author_name or (self.body if self.kind == self.Kind.SYSTEM else "")


class Attachment(models.Model):
    """A picture or file of a message.

    Of an inbound one it is a reference first, then stored by a worker, or refused for a reason.
    Of an outbound one it is stored from the beginning, made to fit, and the ITSP fetches it from us.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Loading")
        STORED = "stored", _("Stored")
        REFUSED = "refused", _("Refused")

    message = models.ForeignKey(  # another index begins with it
        Message, on_delete=models.CASCADE, related_name="attachments", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    url = models.TextField(blank=True)  # at the ITSP, of an inbound one
    name = models.CharField(max_length=255, blank=True)  # as an agent's file was called
    content_type = models.CharField(max_length=127)
    size_bytes = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    file = models.FileField(upload_to="attachments/%Y/%m/%d", blank=True)
    given_bytes = models.PositiveIntegerField(
        db_default=0, default=0
    )  # of a picture before it was made to fit
    preview = models.FileField(  # of what browsers don't show; the file itself stays as it came
        upload_to="attachments/%Y/%m/%d", blank=True, db_default="", default=""
    )
    cards = models.JSONField(null=True)  # of a contact card: what it says, as `contact_cards.Shown`
    reason = SaidField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="attachment_position_once")
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="pending"), name="attachment_pending")
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"


audit.watch(Tag)
