"""A channel is an account at an ITSP; its numbers carry the rules by which texts are routed."""

import hashlib
import json
from collections.abc import Iterable

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.directions import isolated
from accounts.models import User
from channels.encryption import EncryptedJSONField, EncryptedSaidField
from channels.itsp.set_up import Check, CheckOutcome
from pbx_messaging.said import SaidField, as_json
from routing.models import ArchivableQuerySet, Destination, Extension
from routing.session_timeout import SessionTimeout
from routing.sms_field import MAX_BODY

SENDING_RATES = (*range(1, 11), 15, 20, 25, 30, 40, 50, 75, 80, 100, 150, 225)  # per second


class Channel(SessionTimeout):
    """An account at an ITSP with a sending rate. Deleting archives it.

    Status: never verified → connected ⇄ failing (with its reason); `paused_at` is an admin's own doing.
    """

    class Status(models.TextChoices):
        NEVER_VERIFIED = "never_verified", _("Never verified")
        CONNECTED = "connected", _("Connected")
        FAILING = "failing", _("Failing")

    class RateUnit(models.TextChoices):
        MESSAGES = "messages", _("Messages")
        SEGMENTS = "segments", _("Segments")

    name = models.CharField(_("Name"), max_length=127)
    itsp = models.CharField(_("ITSP"), max_length=32)  # a key of channels.itsp.ITSPS
    credentials = EncryptedJSONField()  # the fields of the ITSP's credentials form
    sending_rate = models.PositiveSmallIntegerField(
        _("Message Sending Rate"),
        choices=[(rate, str(rate)) for rate in SENDING_RATES],
        default=1,
    )
    rate_unit = models.CharField(max_length=8, choices=RateUnit, default=RateUnit.MESSAGES)
    keeps_unanswered = models.BooleanField(  # of those that a time-out would close
        _("Leave a session open while its contact waits for an answer"), default=False, db_default=False
    )
    closing_text = models.TextField(  # to the contact of what a time-out closes
        _("Closing text"), blank=True, default="", db_default="", max_length=MAX_BODY
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.NEVER_VERIFIED)
    status_reason = SaidField(blank=True)
    status_changed_at = models.DateTimeField(null=True)
    message_validity_hours = models.PositiveSmallIntegerField(
        _("Message Validity (Hours)"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(72)],
    )
    paused_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)  # since then it takes no new outbound texts
    draining_since = models.DateTimeField(null=True)  # it is deleted once nothing waits to be sent
    held_since = models.DateTimeField(null=True)  # paused or failing: validity does not run meanwhile
    held_s = models.PositiveIntegerField(default=0)  # all earlier holds together
    last_inbound_at = models.DateTimeField(null=True)  # written by sessions, to within half a minute
    last_callback_at = models.DateTimeField(null=True)  # written by sessions, to within half a minute
    unreported_since = models.DateTimeField(
        null=True
    )  # the first text sent after that; None if there is none
    # Texts that are held since they were signed with another secret: written by sessions.
    held_texts = models.PositiveIntegerField(default=0, db_default=0)
    first_held_at = models.DateTimeField(null=True)
    credentials_changed_at = models.DateTimeField(null=True)  # until what is held was verified again
    # Set-up check: when it was asked for last, and when that ended.
    check_asked_at = models.DateTimeField(null=True)
    check_finished_at = models.DateTimeField(null=True)
    # While it is not connected: when a check may connect it again, and how long it waited for that last.
    recheck_at = models.DateTimeField(null=True)
    recheck_wait_s = models.PositiveIntegerField(default=0)
    # Its ITSP has taken none of the texts that it was given from the one moment to the other.
    refused_since = models.DateTimeField(null=True)
    refused_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = ArchivableQuerySet["Channel"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(archived_at=None),
                name="channel_name_once",
                violation_error_message=_("Another channel has this name. Choose another one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def recorded_name(self) -> str:
        """As records name it: another channel may have the name of a deleted one."""
        if self.archived_at is None:
            return self.name
        day = date_format(timezone.localtime(self.archived_at), "DATE_FORMAT")
        return _("%(name)s (deleted %(day)s)") % {"name": isolated(self.name), "day": day}


class WebhookAddress(models.Model):
    """A token under which a channel's webhook answers. A channel can have several while one is replaced."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="webhook_addresses")
    token = EncryptedJSONField()
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, hex
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"webhook address {self.pk} of channel {self.channel_id}"

    @property
    def audit_name(self) -> str:
        return self.channel.name


class NumberQuerySet(ArchivableQuerySet["Number"]):
    def carried_by(self, channels: Iterable[Channel | int]) -> "NumberQuerySet":
        """Their own, and those that they stand by for."""
        pks = [channel if isinstance(channel, int) else channel.pk for channel in channels]
        return self.filter(Q(channel__in=pks) | Q(standby__in=pks))

    def sent_by(self, channel: Channel | OuterRef) -> "NumberQuerySet":
        """Whose texts leave by it now."""
        own = Q(channel=channel, on_standby_since=None)
        return self.filter(own | Q(standby=channel, on_standby_since__isnull=False))


class Number(Destination):
    """One of our numbers and its message routing rule.

    The row stays when the number is removed (`archived_at`) or comes back on another channel, because
    sessions hold it. `address` is E.164 or a short code, digit for digit as it was entered.

    It may be at a second ITSP, of which the `standby` is the channel: texts come by either, and leave by one
    at a time. `channels.actions.switching` says which.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="numbers")
    standby = models.ForeignKey(  # few have one
        Channel,
        verbose_name=_("Standby channel"),
        on_delete=models.PROTECT,
        related_name="stands_by_for",
        null=True,
        blank=True,
        db_index=False,
    )
    standby_ordered = models.BooleanField(  # an admin wants it to send
        _("The standby sends by order"), default=False, db_default=False
    )
    on_standby_since = models.DateTimeField(null=True)  # since then the standby sends
    address = models.CharField(_("Number"), max_length=64)
    initiators = models.ManyToManyField(
        Extension,
        verbose_name=_("Extensions allowed to create messaging sessions"),
        related_name="initiates_from",
        blank=True,
    )
    sending_rate = models.PositiveSmallIntegerField(  # None: only the channel's
        _("Lower rate of this number"),
        choices=[(rate, str(rate)) for rate in SENDING_RATES],
        null=True,
        blank=True,
    )
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = NumberQuerySet.as_manager()

    class Meta(Destination.Meta):
        constraints = [
            *Destination.Meta.constraints,
            models.UniqueConstraint(fields=["address"], condition=Q(archived_at=None), name="number_once"),
        ]
        indexes = [
            models.Index(fields=["standby"], condition=Q(standby__isnull=False), name="number_with_standby")
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def sends_by(self) -> Channel:
        """The channel that its texts leave by now."""
        return self.standby if self.standby and self.on_standby_since else self.channel

    @property
    def carriers(self) -> list[Channel]:
        """The channels that texts may come or leave by, its own first."""
        return [self.channel, self.standby] if self.standby else [self.channel]

    @property
    def audit_name(self) -> str:
        return f"{self.address} ({self.channel.name})"


class SetUpResult(models.Model):
    """What a set-up check found last, about the channel or one of its numbers."""

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="set_up_results", db_index=False
    )
    number = models.ForeignKey(Number, on_delete=models.CASCADE, null=True)
    check_name = models.CharField(max_length=16, choices=Check)
    outcome = models.CharField(max_length=16, choices=CheckOutcome)
    why = SaidField()
    what_to_do = SaidField(blank=True)
    link = models.URLField(max_length=500, blank=True)
    changes = EncryptedSaidField(default=list)  # dicts of channels.itsp.set_up.Change; they name the webhook
    happened_at = models.DateTimeField(null=True)  # what the check is about, last
    checked_at = models.DateTimeField()
    right_until = models.DateTimeField(null=True)  # when it passed last, or else when it was checked first

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "check_name"], condition=Q(number=None), name="set_up_result_once"
            ),
            models.UniqueConstraint(
                fields=["channel", "check_name", "number"], name="set_up_result_of_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_name} of channel {self.channel_id}: {self.outcome}"

    @property
    def changes_digest(self) -> str:
        """By which an admin's approval names the changes that he saw."""
        return hashlib.sha256(json.dumps(as_json(self.changes)).encode()).hexdigest()


class FetchGap(models.Model):
    """A span of time in which a channel's texts may not have reached us: they are asked for at the ITSP.

    A channel has one that is open; what comes to it makes it wider. It is worked off number by number, each
    from `since` to `until`: `at_number` and `reached` say how far that is, so that a run can end anywhere.
    """

    class Cause(models.TextChoices):
        AWAY = "away", _("PBX was not there")
        REFUSED = "refused", _("PBX could store nothing")
        DATABASE = "database", _("The database is an older one, or was away")
        RECONNECTED = "reconnected", _("The channel works again")
        WEBHOOK = "webhook", _("A number’s webhook is right again")
        BY_HAND = "by_hand", _("Asked for")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="fetch_gaps")
    cause = models.CharField(max_length=12, choices=Cause)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    asked_at = models.DateTimeField()  # also tells a run that the gap was made wider meanwhile
    due_at = models.DateTimeField()
    at_number = models.CharField(max_length=64, blank=True)
    reached = models.DateTimeField(null=True)
    window_s = models.FloatField(null=True)  # how much time is asked for at once; None is all of it
    tries = models.PositiveSmallIntegerField(default=0)  # in vain, one after the other
    fetched = models.PositiveIntegerField(default=0)  # texts that were missing
    reason = SaidField(blank=True)  # why the last try, or the whole, was in vain
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], condition=Q(finished_at=None), name="fetch_gap_open_once"
            )
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(finished_at=None), name="fetch_gap_due")]

    def __str__(self) -> str:
        return f"fetch gap {self.pk} of channel {self.channel_id}"


class OptOutReading(models.Model):
    """How far an ITSP's own list of opt-outs was compared with our ledger, page by page; written by sessions.

    `due_at` is when the next page is asked for. What was found is of the last time that the list was read
    to its end, which began at `whole_since`.
    """

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="opt_out_reading")
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)  # None: the next page is the first
    place = models.CharField(max_length=200, blank=True)  # where it goes on, in the ITSP's words
    pages = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)  # contacts whom the ledger did not have
    unreadable = models.PositiveIntegerField(default=0)
    wait_s = models.PositiveIntegerField(default=0)  # until the list is read again
    tries = models.PositiveSmallIntegerField(default=0)  # in vain, one after the other
    reason = SaidField(blank=True)  # why the last try was in vain
    whole_since = models.DateTimeField(null=True)
    found_new = models.PositiveIntegerField(default=0)
    found_unreadable = models.PositiveIntegerField(default=0)
    only_ours = models.PositiveIntegerField(default=0)  # contacts who opted out, whom the ITSP has not
    only_theirs = models.PositiveIntegerField(default=0)  # contacts whom it blocks, who opted in again

    def __str__(self) -> str:
        return f"opt-outs of channel {self.channel_id}"


class ContactCountry(models.Model):
    """A country that a channel texts to; written by sessions when a message is accepted."""

    channel = models.ForeignKey(  # another index begins with it
        Channel, on_delete=models.CASCADE, related_name="contact_countries", db_index=False
    )
    code = models.CharField(max_length=2)  # ISO 3166

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "code"], name="contact_country_once")]

    def __str__(self) -> str:
        return self.code


_STATUS = {"status", "status_reason", "status_changed_at", "recheck_at", "recheck_wait_s"}
_REFUSED = {"refused_since", "refused_until"}
_SEEN = {"last_inbound_at", "last_callback_at", "unreported_since", "check_asked_at", "check_finished_at"}
_HELD = {"held_texts", "first_held_at", "credentials_changed_at"}
_BY_ITSELF = _STATUS | _REFUSED | _SEEN | _HELD | {"held_since", "held_s", "created_at"}
audit.watch(Channel, left_out=_BY_ITSELF, secrets={"credentials"})
audit.watch(Number, left_out={"on_standby_since"}, lists=["initiators"])
audit.watch(WebhookAddress, left_out={"token_hash", "created_at", "last_used_at"}, secrets={"token"})
