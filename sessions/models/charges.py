"""What ITSPs take for texts."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from channels.models import Channel
from sessions.models.thread import Message

MICROS = 1_000_000  # of a currency's unit: sums of whole numbers are exact on every database


class TextCharge(models.Model):
    """What the ITSP has told of one text's price: of one that a contact sent, or of one try to send ours."""

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    itsp_message_id = models.CharField(max_length=64)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="charges")
    is_inbound = models.BooleanField()
    country = models.CharField(max_length=2, blank=True)  # of the contact (ISO 3166)
    parts = models.PositiveSmallIntegerField(null=True)  # as the ITSP counts segments
    micros = models.BigIntegerField(null=True)  # the price of all parts, in millionths of the currency's unit
    currency = models.CharField(max_length=3, blank=True)  # ISO 4217

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "itsp_message_id"], name="charged_once"),
        ]
        indexes = [
            models.Index(
                fields=["channel", "country", "-id"],
                condition=Q(micros__isnull=False, is_inbound=False) & ~Q(country=""),
                name="priced_by_country",
            ),
        ]

    def __str__(self) -> str:
        return f"charge of {self.itsp_message_id}"

    @property
    def price(self) -> Decimal | None:
        return None if self.micros is None else Decimal(self.micros) / MICROS


class ChargedChange(models.Model):
    """A change to what texts cost, written with what it is about; stats folds these rows and deletes them.

    `texts` and `segments` (ours) are of texts that left or came; `parts`, `priced` (texts) and `micros` of
    what their ITSP told, whenever that was.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    number_id = models.BigIntegerField()  # without a constraint: the row is gone in half a minute
    queue_id = models.BigIntegerField(default=0)  # 0: of no queue
    is_inbound = models.BooleanField()
    currency = models.CharField(max_length=3, blank=True, default="")  # "" where no price is told
    at = models.DateTimeField()  # the quarter hour in which the text left or came
    texts = models.IntegerField(default=0)
    segments = models.IntegerField(default=0)
    parts = models.IntegerField(default=0)
    counted = models.IntegerField(default=0)  # texts of which the ITSP told the parts
    priced = models.IntegerField(default=0)
    micros = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"charged change {self.pk}"


class ChargeReading(models.Model):
    """How far an ITSP's list of charges was read: soon after texts went, and once more days later."""

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    lag_h = models.PositiveSmallIntegerField()
    read_until = models.DateTimeField()
    next_at = models.DateTimeField()
    span_s = models.PositiveIntegerField()  # how much is read at once: less where that was too much

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "lag_h"], name="one_charge_reading"),
        ]

    def __str__(self) -> str:
        return f"charges of channel {self.channel_id} until {self.read_until}"
