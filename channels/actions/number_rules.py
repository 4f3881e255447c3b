"""The numbers of a channel and their message routing rules."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.gone import hold
from channels.actions import initiating
from channels.actions.checking import ask_for_check
from channels.models import Channel, Number
from routing.models import Extension

_RULE = ("channel", "standby", "archived_at", "extension", "queue", "sending_rate")


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
    """By so many statements, however many rules; rows in one order, so that no two block each other."""
    wanted = {str(rule["number"]): rule for rule in sorted(rules, key=lambda rule: str(rule["number"]))}
    known = _known(channel, wanted)
    before = {address: copy.copy(number) for address, number in known.items()}
    numbers = [_ruled(known.get(address), channel, rule) for address, rule in wanted.items()]
    _write(numbers, before)
    lists = initiating.store({one.pk: wanted[one.address]["initiators"] for one in numbers})
    audit.note_saved((before.get(one.address), one, lists.get(one.pk, {})) for one in numbers)
    gone = Q(extension__archived_at__isnull=False) | Q(queue__archived_at__isnull=False)
    if channel.numbers.live().filter(gone).exists():  # deleted while the form was being saved
        raise IntegrityError("a destination was archived")


def _known(channel: Channel, addresses: Iterable[str]) -> dict[str, Number]:
    """The channel's numbers, or the latest archived ones. Sessions hold a number, so it keeps its row.

    One that another channel is faster to take is new then, which the database refuses.
    """
    ours = Q(channel=channel, archived_at=None)
    rows = Number.objects.filter(ours | Q(archived_at__isnull=False), address__in=list(addresses))
    found: dict[str, Number] = {}
    for number in rows.select_for_update(no_key=True).order_by("pk"):
        if number.address not in found or found[number.address].archived_at:
            found[number.address] = number
    return found


def _ruled(number: Number | None, channel: Channel, rule: Mapping[str, Any]) -> Number:
    number, standby = number or Number(address=rule["number"]), rule.get("standby")
    if (number.channel_id, number.standby_id) != (channel.pk, standby and standby.pk):
        number.standby_ordered, number.on_standby_since = False, None
    number.channel, number.standby, number.archived_at = channel, standby, None
    number.extension, number.queue = rule["extension"], rule["queue"]
    number.sending_rate = rule["number_rate"]
    return number


def _write(numbers: Sequence[Number], before: Mapping[str, Number]) -> None:
    new = Number.objects.bulk_create([one for one in numbers if one.pk is None])
    kept = [one for one in numbers if one.address in before]
    changed = [one for one in kept if _rule_of(one) != _rule_of(before[one.address])]
    Number.objects.bulk_update(changed, [*_RULE, "standby_ordered", "on_standby_since"])
    _check_standbys([*new, *changed, *(before[one.address] for one in changed)])


def _rule_of(number: Number) -> tuple[object, ...]:
    ids = number.channel_id, number.standby_id, number.extension_id, number.queue_id
    return *ids, number.archived_at, number.sending_rate


def _check_standbys(numbers: Iterable[Number]) -> None:
    """What their set-up checks say of a number is about others from now on."""
    named = {one.standby_id for one in numbers if one.standby_id}
    for standby in Channel.objects.live().filter(pk__in=named):
        transaction.on_commit(partial(ask_for_check, standby))


def _remove_others(channel: Channel, kept: Iterable[str]) -> None:
    others = channel.numbers.live().exclude(address__in=kept)
    removed = list(others)
    others.update(archived_at=timezone.now())
    for number in removed:
        audit.note(number, audit.Action.DELETED)


def forbid_initiating(extension: Extension) -> None:
    """It can start sessions from none of the numbers any more."""
    extension.initiates_from.set([])
