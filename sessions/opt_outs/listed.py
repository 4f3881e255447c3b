"""Compares a page of an ITSP's own list of opt-outs with the ledger.

Whom the ITSP blocks and the ledger has not, is opted out. Who opted in again since the ITSP blocked them
stays so, and is found by `only_theirs`: we may write, but the ITSP lets nothing through.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from channels.itsp import ITSPS
from channels.itsp.base import OptOutScope
from channels.itsp.lists import OptOut
from channels.models import Channel, Number
from sessions.models import OptOutEntry
from sessions.opt_outs import ledger, scope


class Comparison:
    """With the ledger of one channel's numbers, and of all of its account where a wish counts for that."""

    def __init__(self, channel: Channel) -> None:
        self.own = list(channel.numbers.live().select_related("channel").order_by("pk"))
        self.is_wide = ITSPS[channel.itsp].opt_out_scope is OptOutScope.ACCOUNT
        others = scope.others_of(self.own[0]) if self.own else []
        elsewhere = Number.objects.filter(pk__in=others).exclude(channel=channel).select_related("channel")
        self.numbers = {number.address: number for number in (*elsewhere, *self.own)}

    def take(self, opt_outs: Sequence[OptOut]) -> int:
        """Records what the ledger has not, and notes who is in the list. Returns how many were recorded."""
        held, new = self._held(opt_outs), 0
        listed: set[int] = set()
        for one in opt_outs:
            for number in self._numbers_of(one):
                entries = [
                    entry for entry in held[one.contact] if self.is_wide or entry.number_id == number.pk
                ]
                if recorded := _record(number, one, entries):
                    entries = [recorded]
                    held[one.contact].append(recorded)
                    new += 1
                listed |= {entry.pk for entry in entries}
        OptOutEntry.objects.filter(pk__in=listed).update(listed_at=timezone.now())
        return new

    def _held(self, opt_outs: Iterable[OptOut]) -> defaultdict[str, list[OptOutEntry]]:
        found = defaultdict(list)
        numbers, contacts = [one.pk for one in self.numbers.values()], {one.contact for one in opt_outs}
        for entry in ledger.current().filter(number__in=numbers, contact__in=contacts):
            found[entry.contact].append(entry)
        return found

    def _numbers_of(self, opt_out: OptOut) -> list[Number]:
        """For which it is recorded. One that is not of the account any more stands for all of it."""
        if number := self.numbers.get(opt_out.number):
            return [number]
        if self.is_wide:
            return self.own[:1]
        return [] if opt_out.number else self.own


def _record(number: Number, opt_out: OptOut, held: Sequence[OptOutEntry]) -> OptOutEntry | None:
    """None if the ledger says so already, or has a newer wish."""
    if any(entry.opted_out and not entry.is_ours for entry in held):
        return None
    latest = max((entry.at for entry in held if not entry.opted_out), default=None)
    if latest and not (opt_out.at and opt_out.at > latest):
        return None
    at, source = opt_out.at or timezone.now(), OptOutEntry.Source.LIST
    return ledger.record(number, opt_out.contact, opted_out=True, source=source, at=at)


def only_ours(channel: Channel, *, since: datetime) -> QuerySet[OptOutEntry]:
    """Contacts who opted out before that moment, and whom the ITSP's list, read since, did not have."""
    held = ledger.current().filter(number__channel=channel, number__archived_at=None, opted_out=True)
    unlisted = Q(listed_at=None) | Q(listed_at__lt=since)
    return held.exclude(source__in=OptOutEntry.OURS).filter(unlisted, at__lt=since)


def only_theirs() -> QuerySet[OptOutEntry]:
    """Contacts who opted in again, and whom their ITSP's list had when it was read to its end."""
    whole_since = F("number__channel__opt_out_reading__whole_since")
    return ledger.current().filter(opted_out=False, number__archived_at=None, listed_at__gte=whole_since)
