"""The one table."""

from typing import ClassVar

from django.db import models


class Text(models.Model):
    """An inbound text."""

    sid = models.CharField(max_length=64, unique=True)
    sender = models.CharField(max_length=64)
    recipient = models.CharField(max_length=64)
    body = models.TextField()
    received_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Text"]] = models.Manager()

    class Meta:
        app_label = "glue"

    def __str__(self) -> str:
        return self.sid
