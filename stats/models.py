"""Counts of sent and received messages: in quarter hours of UTC, on which every zone begins its day."""

from django.db import models

from channels.models import Channel
from channels.phone_numbers import PREFIX_LENGTH


class Counted(models.Model):
    """What is summed: the names of `sessions.counts.MEASURES`."""

    success = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    received = models.IntegerField(default=0)
    segments = models.IntegerField(db_default=0, default=0)  # of what was sent successfully

    class Meta:
        abstract = True


class Bucket(Counted):
    """The counts of one channel in the time from `starts_at`."""

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"counts of channel {self.channel_id} from {self.starts_at}"


class CountBucket(Bucket):
    """In 15 minutes."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "starts_at"], name="one_bucket")]


class CountHour(Bucket):
    """The sum of four buckets, so that a chart of months reads few rows."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "starts_at"], name="one_hour")]


class CountDay(Bucket):
    """The sum of a day of UTC, so that a chart of years reads few rows."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "starts_at"], name="one_day")]


class CountTotal(Counted):
    """The sum of all buckets of a channel: what the list shows first, however many years there are."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"counts of channel {self.channel_id}"


class RemovedBucket(Bucket):
    """What the messages of a channel counted in 15 minutes that are gone since: a recount adds it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "starts_at"], name="one_removed_bucket")]


class Failures(models.Model):
    """The failed messages of one channel in 15 minutes, by the error and by the beginning of the numbers."""

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField()
    error_code = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2, blank=True)
    prefix = models.CharField(max_length=PREFIX_LENGTH, blank=True)
    failed = models.IntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"failures {self.error_code} of channel {self.channel_id} from {self.starts_at}"


class FailureBucket(Failures):
    """As they were counted."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "starts_at", "error_code", "country", "prefix"], name="one_failure_bucket"
            )
        ]


class RemovedFailure(Failures):
    """Those of them whose messages are gone since: a recount adds them."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "starts_at", "error_code", "country", "prefix"], name="one_removed_failure"
            )
        ]


class ChargeBucket(models.Model):
    """What the texts of one number and message queue cost in 15 minutes.

    Texts and their segments stand where `currency` is "", prices where it is the one that they are told in.
    """

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField()
    number_id = models.BigIntegerField()
    queue_id = models.BigIntegerField(default=0)  # 0: of no queue
    is_inbound = models.BooleanField()
    currency = models.CharField(max_length=3, blank=True)  # ISO 4217
    texts = models.IntegerField(default=0)
    segments = models.IntegerField(default=0)  # as we count them
    parts = models.IntegerField(default=0)  # as the ITSP counts them
    counted = models.IntegerField(default=0)  # texts of which the ITSP told the parts
    priced = models.IntegerField(default=0)  # texts of which it told the price
    micros = models.BigIntegerField(default=0)  # of all prices, in millionths of the currency's unit

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "starts_at", "number_id", "queue_id", "is_inbound", "currency"],
                name="one_charge_bucket",
            )
        ]

    def __str__(self) -> str:
        return f"cost of channel {self.channel_id} from {self.starts_at}"


class PrefixCarrier(models.Model):
    """Whom a country's numbering plan gave the numbers with a prefix.

    "" if the plan does not say, null: not looked up. Numbers that went to another carrier keep it.
    """

    prefix = models.CharField(max_length=PREFIX_LENGTH, unique=True)
    name = models.CharField(max_length=100, blank=True, null=True)  # noqa: DJ001 (null: see above)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(name=None), name="prefix_to_look_up")]

    def __str__(self) -> str:
        return f"carrier of {self.prefix}"
