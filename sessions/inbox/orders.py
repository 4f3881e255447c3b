"""In which order the rows of a list stand, and how a page of it goes on after the last row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import DateTimeField, F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from accounts.ids import read_id
from sessions.models import MessagingSession, MessagingSessionQuerySet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LATEST = 10**17  # microseconds since then, which a date still reaches
NEVER = datetime(2900, 1, 1, tzinfo=UTC)  # comes after all that is in an ascending list


@dataclass(frozen=True)
class Order:
    """By a moment of each session, which the database finds by `moment` and Python by `of`."""

    moment: Combinable
    of: Callable[[MessagingSession], datetime]
    is_descending: bool = False

    def sorted(self, sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
        sign = "-" if self.is_descending else ""
        return sessions.alias(moment=self.moment).order_by(f"{sign}moment", f"{sign}pk")

    def after(self, sessions: MessagingSessionQuerySet, cursor: str) -> MessagingSessionQuerySet:
        """Of sorted ones, those that come after the row of the cursor; all, if it is none of ours."""
        place = read_cursor(cursor)
        if place is None:
            return sessions
        at, pk = place
        after, since = ("lt", "lte") if self.is_descending else ("gt", "gte")
        beyond = Q(**{f"moment__{after}": at}) | Q(**{f"pk__{after}": pk})
        return sessions.filter(beyond, **{f"moment__{since}": at})

    def cursor_of(self, session: MessagingSession) -> str:
        """Its place in the order, which the page's script compares, too."""
        return f"{(self.of(session) - EPOCH) // MICROSECOND}-{session.pk}"


NEWEST = Order(F("last_active_at"), lambda session: session.last_active_at, is_descending=True)
LONGEST_WAITING = Order(
    Coalesce("waiting_since", "opened_at"), lambda session: session.waiting_since or session.opened_at
)
LONGEST_UNANSWERED = Order(
    Coalesce("unanswered_since", Value(NEVER, DateTimeField())),
    lambda session: session.unanswered_since or NEVER,
)
NEXT_DUE = Order(
    Coalesce("snoozed_until", Value(NEVER, DateTimeField())), lambda session: session.snoozed_until or NEVER
)


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """Reads what `Order.cursor_of` wrote; None for anything else."""
    moment, _dash, row = text.partition("-")
    at, pk = read_id(moment), read_id(row)
    if at is None or pk is None or at >= LATEST:
        return None
    return EPOCH + at * MICROSECOND, pk
