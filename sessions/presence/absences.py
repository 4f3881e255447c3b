"""Since when agents are not there. A lost connection is often back at once, so there is a grace."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from routing.models import Extension
from sessions.models import Absence
from sessions.presence import availability, online


def gone_among(agents: Iterable[int], *, now: datetime) -> set[int]:
    """Those of the extensions (ids) that have not been there for longer than the grace.

    It is asked again and again for all whose absence matters, since it remembers from call to call who was
    not there; whoever is back, or not asked for any more, is forgotten.
    """
    asked = set(agents)
    absent = asked.difference(availability.attending().filter(pk__in=asked).values_list("pk", flat=True))
    Absence.objects.exclude(agent__in=absent).delete()
    if not absent:
        return set()
    new = [Absence(agent_id=agent, since=now) for agent in sorted(absent)]
    Absence.objects.bulk_create(new, ignore_conflicts=True)
    over = Absence.objects.filter(agent__in=absent, since__lte=now - _grace())
    return set(over.values_list("agent", flat=True))


def log_out(agent: Extension) -> None:
    """Whoever logs out is not there at once, unless another page of theirs says soon that it is."""
    online.forget(agent)
    since = timezone.now() - _grace() + timedelta(milliseconds=online.lifetime_ms())
    Absence.objects.update_or_create(agent=agent, defaults={"since": since})


def _grace() -> timedelta:
    return timedelta(seconds=settings.ABSENCE_GRACE_S)
