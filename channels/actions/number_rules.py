"""The numbers of a channel and their message routing rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.gone import hold
from channels.models import Channel, Number
from routing.models import Extension


@transaction.atomic
def import_rules(channel: Channel, rules: Iterable[Mapping[str, Any]]) -> None:
    """Adds and changes rules; the channel's other numbers stay. Raises as `update_channel`.

    Whoever has imported all asks for a check.
    """
    hold(channel)
    _store_each(channel, rules)


def store_rules(channel: Channel, rules: Iterable[Mapping[str, Any]]) -> None:
    """The channel has these numbers and no others. Within the transaction that stores the channel."""
    rules = list(rules)
    _remove_others(channel, [rule["number"] for rule in rules])
    _store_each(channel, rules)


def _store_each(channel: Channel, rules: Iterable[Mapping[str, Any]]) -> None:
    in_one_order = sorted(rules, key=lambda rule: str(rule["number"]))  # so that no two block each other
    for rule in in_one_order:
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


def forbid_initiating(extension: Extension) -> None:
    """It can start sessions from none of the numbers any more."""
    extension.initiates_from.set([])
