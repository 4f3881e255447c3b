"""The outbound queue: attempts wait in lanes, one in flight per lane."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel, Number
from pbx_messaging.logs import request_ids
from pbx_messaging.said import SaidField
from sessions.models.thread import Message


class Priority(models.IntegerChoices):
    """Which texts of a channel leave first; the lower number goes before the higher one. See `turns`."""

    ANSWER = 1, _("answers")  # of an agent, in a session; also when he sends it again
    START = 2, _("new sessions")  # that an agent starts
    AUTOMATIC = 3, _("automatic replies")
    API = 4, _("by API, or scheduled")
    BULK = 5, _("bulk")


class Lane(models.Model):
    """The queue of one number and one contact, kept in order.

    `head` is the oldest waiting attempt, so that claiming reads heads only, however long the queue is.
    `in_flight` is the one attempt that is claimed or whose outcome is unknown; nothing else of the lane
    is claimed meanwhile. Nothing is before `held_until`, which beat clears, nor after a restored backup until
    the ITSP was asked at `prove_at` what it has of the lane since `unproven_since`. Whoever changes one of
    them, or adds an attempt, locks the row first.

    A lane has the highest priority that waits in it, for an answer can't overtake what is before it. It takes
    its turn at `head_rank`, on the account of `head_agent`: the id of the extension that wrote the oldest
    text of that priority, 0 if a machine did. All three stay when nothing waits any more, so that it is known
    which turns an agent has had.
    """

    channel = models.ForeignKey(  # asked by only with what partial indexes are for
        Channel, on_delete=models.PROTECT, related_name="lanes", db_index=False
    )
    number = models.ForeignKey(  # another index begins with it
        Number, on_delete=models.PROTECT, related_name="lanes", db_index=False
    )
    contact = models.CharField(max_length=64)
    head = models.ForeignKey("Attempt", null=True, on_delete=models.PROTECT, related_name="+")
    in_flight = models.ForeignKey(  # nobody asks by it: see `MessagingSession.last_message`
        "Attempt",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    held_until = models.DateTimeField(null=True)
    unproven_since = models.DateTimeField(null=True)  # since then its texts may have been sent already
    prove_at = models.DateTimeField(null=True)
    head_priority = models.PositiveSmallIntegerField(choices=Priority, db_default=Priority.ANSWER)
    head_agent = models.BigIntegerField(db_default=0)
    head_rank = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "contact"], name="one_lane_per_number_and_contact")
        ]
        indexes = [
            models.Index(
                fields=["channel", "head_priority", "head_rank", "head"],
                condition=Q(head__isnull=False, in_flight=None, held_until=None),
                name="lane_claimable",
            ),
            models.Index(
                fields=["channel", "head_priority", "head_agent", "head_rank"],
                condition=Q(head_rank__gt=0),
                name="lane_of_agent",
            ),
            models.Index(fields=["held_until"], condition=Q(held_until__isnull=False), name="lane_held"),
            models.Index(fields=["prove_at"], condition=Q(prove_at__isnull=False), name="lane_to_prove"),
        ]

    def __str__(self) -> str:
        return f"lane {self.pk}"


class Turn(models.Model):
    """How far the turns of one priority have come on a channel. Only who claims for the channel writes it.

    `reached`: the highest rank that was claimed. `passed`: slots that higher priorities took since one of
    this priority left, while one waited.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="turns", db_index=False)
    priority = models.PositiveSmallIntegerField(choices=Priority)
    reached = models.BigIntegerField(default=0)
    passed = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "priority"], name="one_turn_per_priority"),
        ]

    def __str__(self) -> str:
        return f"turn of priority {self.priority} on channel {self.channel_id}"


class Attempt(models.Model):
    """One try to hand a message to the ITSP.

    scheduled → queued → sending (claimed, with a lease) → accepted → sent → delivered → read
    sending → queued (refused, not processed) | failed | unknown (no clear answer)
    unknown → accepted … (adopted) | queued (proven absent) | uncertain (nobody can tell)
    uncertain → whatever a late report says
    queued → expired | cancelled; sent → undelivered. Else the status only moves forward.
    """

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attempts")
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="attempts")
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="attempts", db_index=False
    )  # other indexes begin with it
    status = models.CharField(max_length=12, choices=DeliveryStatus, default=DeliveryStatus.QUEUED)
    priority = models.PositiveSmallIntegerField(choices=Priority, db_default=Priority.ANSWER)
    segments = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # of a scheduled one
    until_reply = models.BooleanField(default=False, db_default=False)  # or cancelled by one
    confirms = models.BooleanField(default=False, db_default=False)  # a STOP: the one text after it
    queued_at = models.DateTimeField()  # when it took its place in the lane: from then its validity runs
    held_s = models.IntegerField(default=0)  # what the channel's `held_s` was then; below 0 if it moved
    claimed_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)  # when to ask the ITSP what became of it
    sent_as = models.CharField(  # see `sending.repeating`; "" where the ITSP is never sent the same twice
        max_length=24, blank=True, db_default="", default=""
    )
    itsp_message_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 (null: not unique)
    counted_at = models.DateTimeField(null=True)  # when it first counted as success or failure; never moves
    error_code = models.CharField(max_length=16, blank=True)
    reason = SaidField(blank=True)
    request_id = models.CharField(  # by which the log has whose wish it was
        max_length=request_ids.MOST_CHARS, blank=True, db_default="", default=""
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "itsp_message_id"], name="sent_once"),
        ]
        indexes = [  # where two fit, SQLite takes the later one: tests/sessions/lanes/test_indexes.py
            models.Index(
                fields=["channel", "claimed_at"], condition=Q(claimed_at__isnull=False), name="attempt_claims"
            ),
            models.Index(
                fields=["lane", "priority", "id"], condition=Q(status="queued"), name="attempt_by_priority"
            ),
            models.Index(fields=["lane", "id"], condition=Q(status="queued"), name="attempt_waiting"),
            models.Index(
                fields=["channel", "claimed_at"], condition=Q(status="sending"), name="attempt_claimed"
            ),
            models.Index(
                fields=["channel", "queued_at"], condition=Q(status="queued"), name="attempt_oldest"
            ),
            models.Index(fields=["due_at"], condition=Q(status="scheduled"), name="attempt_scheduled"),
            models.Index(  # asked for with each text that comes in
                fields=["lane"], condition=Q(status="scheduled", until_reply=True), name="attempt_until_reply"
            ),
            models.Index(
                fields=["queued_at"], condition=Q(status="queued", confirms=True), name="attempt_confirms"
            ),
            models.Index(fields=["check_at"], condition=Q(check_at__isnull=False), name="attempt_to_check"),
            models.Index(fields=["channel"], condition=Q(status="unknown"), name="attempt_unknown"),
            models.Index(fields=["channel"], condition=Q(status="uncertain"), name="attempt_uncertain"),
            models.Index(
                fields=["channel", "counted_at"],
                condition=Q(counted_at__isnull=False),
                name="attempt_counted",
            ),
            models.Index(fields=["channel", "-id"], condition=~Q(reason=""), name="attempt_with_reason"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"

    @property
    def is_held(self) -> bool:
        """It waits for some seconds only, in which sending can be undone; it is an answer already.

        What has a time of its own waits behind the answers, and so is told from it.
        """
        return self.status == DeliveryStatus.SCHEDULED and self.priority != Priority.API


class AttemptEvent(models.Model):
    """A status that the ITSP reported, once each, in whatever order they came."""

    attempt = models.ForeignKey(  # another index begins with it
        Attempt, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    status = models.CharField(max_length=12, choices=DeliveryStatus)
    error_code = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = [F("at").asc(), F("id").asc()]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "status"], name="attempt_status_once"),
        ]

    def __str__(self) -> str:
        return f"{self.status} of attempt {self.attempt_id}"
