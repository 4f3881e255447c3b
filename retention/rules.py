"""Which rule holds for what: a channel's own, the one for all, or the kind's default."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from channels.models import Channel
from retention.models import Kind, Rule, Way

OF_CHANNELS = (Kind.MESSAGES, Kind.SESSIONS)
# Nothing of use is left of a draft, a request or a file without its words.
DELETED_ONLY = frozenset({Kind.DRAFTS, Kind.JOURNAL, Kind.IMPORTS})


@dataclass(frozen=True)
class Term:
    """How long something is kept, None for ever, and what becomes of it then."""

    days: int | None = None
    way: str = Way.DELETE

    def before(self, now: datetime) -> datetime | None:
        """What is older than that is due."""
        return None if self.days is None else now - timedelta(days=self.days)


Terms = dict[Kind, Term]


def default(kind: Kind) -> Term:
    """What is bounded by settings; all else is kept for ever."""
    days = {
        Kind.JOURNAL: settings.WEBHOOK_JOURNAL_DAYS,
        Kind.IMPORTS: settings.IMPORT_DAYS,
        Kind.AUDIT: settings.AUDIT_DAYS,
    }
    return Term(days.get(kind))


def least_days(kind: Kind) -> int:
    """Texts that are younger may still be fetched from the ITSP, and would come back."""
    return int(settings.FETCH_MOST_DAYS) + 1 if kind in OF_CHANNELS else 1


def for_all() -> Terms:
    terms = {kind: default(kind) for kind in Kind}
    return terms | {Kind(rule.kind): _term(rule) for rule in Rule.objects.filter(channel=None)}


def own_of(channel: Channel) -> Terms:
    """The channel's own rules only."""
    return {Kind(rule.kind): _term(rule) for rule in Rule.objects.filter(channel=channel)}


def by_channel(kind: Kind, *, changed: Terms | None = None, of: Channel | None = None) -> dict[int, Term]:
    """The term of each channel, deleted ones among them: their sessions stay.

    `changed` are terms that are not saved yet: the rules for all, or those that channel `of` is to have for
    itself.
    """
    own = {rule.channel_id: _term(rule) for rule in Rule.objects.filter(kind=kind, channel__isnull=False)}
    if of is not None and changed is not None:
        own.pop(of.pk, None)
        own |= {of.pk: changed[kind]} if kind in changed else {}
    house = (changed if changed is not None and of is None else for_all())[kind]
    channels = Channel.objects.filter(pk=of.pk) if of is not None else Channel.objects.all()
    return {pk: own.get(pk, house) for pk in channels.values_list("pk", flat=True)}


def store(terms: Terms, *, channel: Channel | None = None) -> None:
    """Makes them the rules; what is the default has no row, and neither has what a channel leaves to all."""
    stored = {Kind(rule.kind): rule for rule in Rule.objects.filter(channel=channel)}
    for kind, rule in stored.items():
        if kind not in terms or (channel is None and terms[kind] == default(kind)):
            rule.delete()
    for kind, term in _to_store(terms, channel):
        rule = stored.get(kind) or Rule(kind=kind, channel=channel)
        rule.days, rule.way = term.days, term.way
        rule.save()


def _to_store(terms: Terms, channel: Channel | None) -> Iterator[tuple[Kind, Term]]:
    for kind, term in terms.items():
        if channel is not None or term != default(kind):
            yield kind, term


def _term(rule: Rule) -> Term:
    return Term(rule.days, rule.way)
