"""Counts of sent and received messages, in quarter hours of UTC: every time zone begins its day on one."""

from django.db import models

from channels.models import Channel


class CountBucket(models.Model):
    """The counts of one channel in the 15 minutes from `starts_at`."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    success = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    received = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "starts_at"], name="one_bucket")]

    def __str__(self) -> str:
        return f"counts of channel {self.channel_id} from {self.starts_at}"
