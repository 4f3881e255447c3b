"""Three ways to the sessions that have something, since none is quick for the seldom and for the common.

A short list of ids; else, for what is common now, a look at each session, newest first, of which the first
page needs a few only; else, for what was common once, and for whoever reads all, one pass over all of it.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Model, OuterRef, Q, QuerySet, Subquery, When

LISTED_MOST = 5_000  # rows that are listed by id
SAMPLE = 2_000  # newest rows by which one judges whether it is common now
COMMON = 5  # of these


@dataclass(frozen=True)
class Found:
    """Rows of which each tells that its session has something.

    `session` is the name of what holds the session's id; `age` of what grows with time.
    """

    rows: QuerySet[Any]
    session: str = "session_id"
    age: str = "pk"


def way_to(found: Found, name: str, *, is_whole: bool = False) -> tuple[Q, Case | Subquery | None]:
    """The condition; and what `name` in it stands for, None if it names the sessions themselves.

    `is_whole` is for whoever reads all that is found, not the first page of it.
    """
    # The estimate spares PostgreSQL from fetching 5,001 rows of what is common only to throw them away.
    expected = _estimated(found.rows)
    if expected is None or expected <= LISTED_MOST:
        listed = list(found.rows.values_list(found.session, flat=True)[: LISTED_MOST + 1])
        if len(listed) <= LISTED_MOST:
            return Q(pk__in=set(listed)), None
    if not is_whole and _is_common_now(found):
        of_session = found.rows.filter(**{found.session: OuterRef("pk")}).values("pk")
        return Q(**{f"{name}__isnull": False}), Subquery(of_session[:1])
    # As a CASE it is no join, for which PostgreSQL would find a plan that takes seconds: it is found first,
    # once, and then sessions are compared with it.
    sessions = found.rows.values(found.session)
    return Q(**{name: True}), Case(When(pk__in=sessions, then=True), default=False)


def _estimated(found: QuerySet[Model]) -> int | None:
    """How many rows PostgreSQL expects by its statistics, which costs it nothing. None: nobody knows."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        statement, params = found.order_by().values("pk").query.sql_with_params()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", params)
        return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])


def _is_common_now(found: Found) -> bool:
    """Whether the newest rows have it so often that a walk, newest first, soon fills a page."""
    everything = found.rows.model._default_manager.order_by(f"-{found.age}")
    newest = everything.values_list(found.age, flat=True).first() or 0
    return found.rows.filter(**{f"{found.age}__gt": newest - SAMPLE}).count() >= COMMON
