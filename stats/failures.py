"""Messages that failed, by the error's code, by the carrier and by the country of their numbers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from django.db.models import Q, Sum

from channels.itsp import ITSPS
from channels.models import Channel
from sessions.models import CountedChange
from stats.levels import BEGINNING, END
from stats.models import FailureBucket, PrefixCarrier
from stats.ranges import Range


class Named(NamedTuple):
    """What a row is about; "" where nobody knows. `words` say more of it."""

    name: str
    words: str


class Part(NamedTuple):
    """A row of `Named`."""

    name: str
    words: str
    failed: int


@dataclass(frozen=True)
class Failures:
    """The commonest first."""

    codes: list[Part]
    carriers: list[Part]
    countries: list[Part]


class _Key(NamedTuple):
    channel: int
    error_code: str
    country: str
    prefix: str


def failures_in(asked: Range, channels: Iterable[int]) -> Failures:
    """Five statements at most, however many failures there are."""
    found = _counted(asked, list(channels))
    itsps = dict(Channel.objects.filter(pk__in={key.channel for key in found}).values_list("pk", "itsp"))
    carriers = _carriers({key.prefix for key in found})
    codes, by_carrier, countries = Counter[Named](), Counter[Named](), Counter[Named]()
    for key, failed in found.items():
        country = country_name(key.country)
        codes[Named(key.error_code, _words(itsps[key.channel], key.error_code))] += failed
        by_carrier[Named(carriers.get(key.prefix) or "", country if carriers.get(key.prefix) else "")] += (
            failed
        )
        countries[Named(country, key.country)] += failed
    return Failures(*(_commonest(parts) for parts in (codes, by_carrier, countries)))


def _commonest(parts: "Counter[Named]") -> list[Part]:
    rows = sorted(parts.items(), key=lambda row: (-row[1], row[0]))
    return [Part(*named, failed) for named, failed in rows if failed]


def _words(itsp: str, error_code: str) -> str:
    return str(ITSPS[itsp].words_for(error_code)) if error_code and itsp in ITSPS else ""


def _carriers(prefixes: set[str]) -> dict[str, str | None]:
    return dict(PrefixCarrier.objects.filter(prefix__in=prefixes).values_list("prefix", "name"))


def country_name(code: str) -> str:
    """In English, as the time zones' own table has it; the code itself where that is newer."""
    return _country_names().get(code, code)


@cache
def _country_names() -> dict[str, str]:
    table = resources.files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text()
    rows = (line.partition("\t") for line in table.splitlines() if not line.startswith("#"))
    return {code: name for code, _tab, name in rows if name}


def _counted(asked: Range, channels: list[int]) -> "Counter[_Key]":
    """In one statement, so that what is folded meanwhile is read once."""
    since, until = asked.bounds
    since, until = since or BEGINNING, until or END
    folded = FailureBucket.objects.filter(starts_at__gte=since, starts_at__lt=until)
    waiting = CountedChange.objects.filter(~Q(failed=0), at__gte=since, at__lt=until)
    columns = ("channel", "error_code", "country", "prefix")
    first, second = (
        rows.filter(channel__in=channels)
        .order_by()
        .values(*columns)
        .annotate(n=Sum("failed"))
        .values_list(*columns, "n")
        for rows in (folded, waiting)
    )
    found: Counter[_Key] = Counter()
    for *key, failed in first.union(second, all=True):
        found[_Key(*key)] += failed
    return found
