"""Counts of sent and received messages: in quarter hours of UTC, on which every zone begins its day."""

from django.db import models

from channels.models import Channel


class Counted(models.Model):
    success = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    received = models.IntegerField(default=0)

    class Meta:
        abstract = True


class CountBucket(Counted):
    """The counts of one channel in the 15 minutes from `starts_at`."""

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "starts_at"], name="one_bucket")]

    def __str__(self) -> str:
        return f"counts of channel {self.channel_id} from {self.starts_at}"


class CountTotal(Counted):
    """The sum of all buckets of a channel: what the list shows first, however many years there are."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"counts of channel {self.channel_id}"
