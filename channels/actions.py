"""All that changes a channel and its numbers; archiving a channel is the business of sessions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from channels import holding
from channels.models import Channel, Number, WebhookAddress
from channels.set_up import preflight
from channels.webhook import keys as webhook_keys
from channels.webhook.url import hash_of


@dataclass(frozen=True)
class Verification:
    """What the ITSP said of the credentials: the channel's status, and its reason if it isn't connected."""

    status: Channel.Status
    reason: str = ""


@transaction.atomic
def create_channel(
    *, token: str, verification: Verification, rules: Iterable[Mapping[str, Any]], **values: Any
) -> Channel:
    """`values`: the fields of `ChannelForm`, and credentials; `rules`: of `NumberRuleForm`.

    Raises `IntegrityError` when the name, a number or the token is taken meanwhile.
    """
    channel = Channel(**values)
    _set_status(channel, verification)
    channel.save()
    _keep_clock(channel)
    WebhookAddress.objects.create(channel=channel, token=token, token_hash=hash_of(token))
    _store_rules(channel, rules)
    transaction.on_commit(lambda: webhook_keys.remember(channel.webhook_addresses.all()))
    transaction.on_commit(lambda: preflight.ask(channel))
    return channel


@transaction.atomic
def update_channel(
    channel: Channel, *, verification: Verification, rules: Iterable[Mapping[str, Any]], **values: Any
) -> Channel:
    """As `create_channel`; a number without a rule is archived."""
    _lock_live(channel)
    fields = [*values, "status", "status_reason", "status_changed_at"]
    for field, value in values.items():
        setattr(channel, field, value)
    _set_status(channel, verification)
    channel.save(update_fields=fields)
    _keep_clock(channel)
    _store_rules(channel, rules)
    transaction.on_commit(lambda: webhook_keys.remember(channel.webhook_addresses.all()))
    transaction.on_commit(lambda: preflight.ask(channel))
    return channel


def _set_status(channel: Channel, verification: Verification) -> None:
    if channel.status != verification.status or channel.status_changed_at is None:
        channel.status_changed_at = timezone.now()
    channel.status, channel.status_reason = verification.status, verification.reason


def _keep_clock(channel: Channel) -> None:
    if channel.status == Channel.Status.FAILING:
        holding.hold(channel)
    else:
        holding.release(channel)


@transaction.atomic
def import_rules(channel: Channel, rules: Iterable[Mapping[str, Any]]) -> None:
    """Adds and changes rules; the channel's other numbers stay. Raises as `create_channel`."""
    _lock_live(channel)
    _store_each(channel, rules)


def _lock_live(channel: Channel) -> None:
    live = Channel.objects.live().select_for_update(no_key=True).filter(pk=channel.pk)
    if not live.values_list("pk").first():
        raise IntegrityError("the channel was deleted")


def _store_rules(channel: Channel, rules: Iterable[Mapping[str, Any]]) -> None:
    rules = list(rules)
    _remove_others(channel, [rule["number"] for rule in rules])
    _store_each(channel, rules)


def _store_each(channel: Channel, rules: Iterable[Mapping[str, Any]]) -> None:
    for rule in sorted(
        rules, key=lambda rule: str(rule["number"])
    ):  # one order, so that no two block each other
        values = {"extension": rule["extension"], "queue": rule["queue"], "sending_rate": rule["number_rate"]}
        number = _number_of(channel, rule["number"], **values)
        number.initiators.set(rule["initiators"])
    gone = Q(extension__archived_at__isnull=False) | Q(queue__archived_at__isnull=False)
    if channel.numbers.live().filter(gone).exists():  # deleted while the form was being saved
        raise IntegrityError("a destination was archived")


def _remove_others(channel: Channel, kept: Iterable[str]) -> None:
    others = channel.numbers.live().exclude(address__in=kept)
    removed = list(others)
    others.update(archived_at=timezone.now())
    for number in removed:
        audit.note(number, audit.Action.DELETED)


def _number_of(channel: Channel, address: str, **values: Any) -> Number:
    """The channel's number, an archived one revived, or a new one. Sessions hold it, so it keeps its row."""
    ours = Q(channel=channel, archived_at=None)
    known = Number.objects.filter(ours | Q(archived_at__isnull=False), address=address)
    number = known.filter(ours).first() or known.order_by("-pk").first()
    if number is None:
        return Number.objects.create(channel=channel, address=address, **values)
    still = known.filter(pk=number.pk)  # checked again by the UPDATE: another channel may be faster
    with audit.comparing(number):
        if not still.update(channel=channel, archived_at=None, **values):
            raise IntegrityError(f"number {number.pk} was taken")
    return number


@transaction.atomic
def pause_channel(channel: Channel) -> None:
    """Nothing more is sent, by an admin's wish; texts are still accepted, and their validity stands still."""
    _set_paused(channel, timezone.now())


@transaction.atomic
def resume_channel(channel: Channel) -> None:
    _set_paused(channel, None)


def _set_paused(channel: Channel, at: datetime | None) -> None:
    """A channel that is paused already keeps its time."""
    locked = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    if bool(locked.paused_at) == bool(at):
        return
    locked.paused_at = at
    locked.save(update_fields=["paused_at"])
    if at:
        holding.hold(locked)
    else:
        holding.release(locked)
