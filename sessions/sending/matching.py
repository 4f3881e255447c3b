"""Which of the texts that an ITSP lists ours are. What can't be told apart is not guessed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q

from channels.itsp.lists import Found
from channels.models import Channel
from sessions.models import Attempt

Told = dict[int, list[Found] | None]


def told(attempts: Sequence[Attempt], listed: Sequence[Found], *, at: Channel) -> Told:
    """By attempt what the list, newest first, has of it; None where that can't be told, [] where nothing.

    `attempts`: of one lane, in its order; `at`: the channel whose ITSP lists. The first found is the attempt,
    what follows are copies. Where the list has no words, a text is one of ours only if as many are there as
    may be.
    """
    counts = {attempt.pk: attempt.message.attachments.count() for attempt in attempts}
    oldest_first = listed[::-1]  # which tells those of one second apart
    free = _unowned(attempts, at, sorted(oldest_first, key=lambda found: found.created_at))
    result: Told = {}
    for attempt in attempts:
        if same := [found for found in free if _says(found, attempt, counts[attempt.pk])]:
            result[attempt.pk] = same
            free.remove(same[0])
    wordless = [found for found in free if found.body is None]
    rest = [attempt for attempt in attempts if attempt.pk not in result]
    return result | _by_form(rest, wordless, counts)


def _by_form(attempts: Sequence[Attempt], wordless: Sequence[Found], counts: dict[int, int]) -> Told:
    """By length and files. A text that is nobody's may be anybody's, whatever it looks like."""
    groups: defaultdict[tuple[int, ...], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        fitting = (n for n, found in enumerate(wordless) if _looks_like(found, attempt, counts[attempt.pk]))
        groups[tuple(fitting)].append(attempt)
    claimed = [place for places in groups for place in places]
    is_clear = sorted(claimed) == list(range(len(wordless)))  # each is of one group
    result: Told = {}
    for places, group in groups.items():
        fits = is_clear and len(places) in (0, len(group))
        pairs = zip(group, places or [None] * len(group), strict=True) if fits else ()
        result |= dict.fromkeys(attempt.pk for attempt in group)
        result |= {one.pk: [] if place is None else [wordless[place]] for one, place in pairs}
    return result


def _unowned(attempts: Sequence[Attempt], at: Channel, listed: Iterable[Found]) -> list[Found]:
    if not attempts:
        return []
    listed = list(listed)
    ids = [found.itsp_message_id for found in listed]
    ours = Q(channel=at) | Q(lane=attempts[0].lane_id)
    owned = set(
        Attempt.objects.filter(ours, itsp_message_id__in=ids).values_list("itsp_message_id", flat=True)
    )
    return [found for found in listed if found.itsp_message_id not in owned]


def _says(found: Found, attempt: Attempt, media_count: int) -> bool:
    """ITSPs may change line ends, and what is blank at the ends."""
    if found.body is None or found.media_count not in (None, media_count):
        return False
    return found.body.split() == attempt.message.body.split()


def _looks_like(found: Found, attempt: Attempt, media_count: int) -> bool:
    body = attempt.message.body.replace("\r\n", "\n")
    lengths = {len(attempt.message.body), len(body), len(body.strip())}
    return found.media_count in (None, media_count) and (found.characters or len(body)) in lengths
