"""`python -m benchmarks.outbound_data COMMAND < JSON`: the rows of the measurements of sending.

In a process of its own, since it has the settings of the stack that is measured. `seed` makes paused
channels whose texts wait, by INSERT … SELECT, so that a million are quickly there; `release` lets them go,
`hold` stops them, `left` tells how many are in which status, `answer` is a colleague's text.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import django
from django.db import connection, models
from django.utils import timezone

LENGTHS = (40, 200, 400)  # characters of texts of one, two and three segments


@dataclass(frozen=True)
class Plan:
    """A channel with texts of one agent's to `contacts`; `sizes`: the segments of its texts, in turn."""

    address: str
    rate: int
    texts: int
    contacts: int
    unit: str = "messages"
    sizes: Sequence[int] = (1,)
    priority: int = 1
    itsp: str = "twilio"
    credentials: Mapping[str, str] = field(default_factory=dict)


def _multiply(row: models.Model, count: int, **columns: str) -> range:
    """`count` copies of a row in its place, given columns being SQL of `n` (from 0). Returns their ids."""
    meta = row._meta
    names = [str(field.column) for field in meta.concrete_fields if not field.primary_key]
    wanted = ", ".join(columns.get(name, f'"{name}"') for name in names).replace("%", "%%")
    quoted, table = ", ".join(f'"{name}"' for name in names), meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({quoted}) SELECT {wanted} FROM "{table}", generate_series(0, %s) AS n '  # noqa: S608
            f"WHERE id = %s ORDER BY n",
            [count - 1, row.pk],
        )
        cursor.execute(f'DELETE FROM "{table}" WHERE id = %s', [row.pk])  # noqa: S608
    return range(row.pk + 1, row.pk + 1 + count)


def _seed_channel(plan: Plan, agent: Any, queue: Any) -> None:
    from channels.models import Channel  # noqa: PLC0415  Django must be set up first
    from sessions.models import Attempt, Lane, Message, MessagingSession  # noqa: PLC0415
    from tests.factories import make_road  # noqa: PLC0415

    road = make_road(queue, agent, address=plan.address, name=plan.address, rate=plan.rate)
    channel, now = road.channel, timezone.now()
    channel.itsp, channel.credentials = plan.itsp, dict(plan.credentials)
    channel.rate_unit, channel.paused_at = Channel.RateUnit(plan.unit), now
    channel.save()
    common = {"number": road.number, "contact": "?"}
    session = MessagingSession.objects.create(**common, agent=agent, opened_at=now, last_active_at=now)
    lane = Lane.objects.create(**common, channel=channel)
    contact = "'+1' || (2010000000 + n)"
    sessions = _multiply(session, plan.contacts, contact=contact)
    lanes = _multiply(lane, plan.contacts, contact=contact)
    message = Message.objects.create(
        session_id=sessions[0], kind="outbound", created_at=now, author=agent, status="queued"
    )
    turn = f"n % {plan.contacts}"
    size = f"({_array(plan.sizes)})[1 + n % {len(plan.sizes)}]"
    body = f"rpad('Text ' || n || ' ', ({_array(LENGTHS)})[{size}], 'abcdefghi ')"
    messages = _multiply(message, plan.texts, session_id=f"{sessions[0]} + {turn}", body=body)
    waiting = {
        "status": "queued",
        "segments": 1,
        "created_at": now,
        "queued_at": now,
        "priority": plan.priority,
    }
    attempt = Attempt.objects.create(message_id=messages[0], lane_id=lanes[0], channel=channel, **waiting)
    own = {"message_id": f"{messages[0]} + n", "lane_id": f"{lanes[0]} + {turn}", "segments": size}
    attempts = _multiply(attempt, plan.texts, **own)
    Lane.objects.filter(pk__in=lanes[: plan.texts]).update(
        head_id=models.F("pk") - lanes[0] + attempts[0],
        head_priority=plan.priority,
        head_agent=agent.pk,
        head_rank=models.F("pk") - lanes[0] + 1,
    )


def _array(numbers: Sequence[int]) -> str:
    return f"array[{','.join(map(str, numbers))}]"


def seed(plans: list[dict[str, Any]]) -> dict[str, object]:
    """Nothing but the plans' channels, and what waits on them."""
    from channels.webhook import keys as webhook_keys  # noqa: PLC0415
    from tests.factories import make_agent, make_queue  # noqa: PLC0415

    tables = [table for table in connection.introspection.table_names() if not table.startswith("django_")]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
    agent = make_agent("1001")
    queue = make_queue(agent)
    for plan in plans:
        _seed_channel(Plan(**plan), agent, queue)
    webhook_keys.remember_all()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {}


def release(_: object) -> dict[str, object]:
    """Lets all go."""
    from channels.models import Channel  # noqa: PLC0415
    from sessions.nudges import nudge  # noqa: PLC0415

    Channel.objects.update(paused_at=None)
    for _worker in range(8):
        nudge("sessions.tasks.drain")
    return {}


def hold(_: object) -> dict[str, object]:
    """Nothing more leaves."""
    from channels.models import Channel  # noqa: PLC0415

    Channel.objects.update(paused_at=timezone.now())
    return {}


def answer(given: Any) -> dict[str, object]:
    """A colleague answers a contact for whom nothing waits, on the channel of a number."""
    from channels.models import Number  # noqa: PLC0415
    from routing.models import Extension  # noqa: PLC0415
    from sessions import actions  # noqa: PLC0415
    from sessions.models import Priority  # noqa: PLC0415
    from tests.factories import make_agent  # noqa: PLC0415

    number = Number.objects.get(address=given["address"])
    agent = Extension.objects.filter(number="1002").first() or make_agent("1002", "Ben")
    number.initiators.add(agent)
    started = time.monotonic()
    actions.start_session(
        agent=agent, number=number, contact=given["contact"], body="An answer", priority=Priority.ANSWER
    )
    return {"accepted_at": time.time(), "took_s": time.monotonic() - started}


if __name__ == "__main__":
    django.setup()
    commands = {"seed": seed, "release": release, "hold": hold, "answer": answer}
    print(json.dumps(commands[sys.argv[1]](json.load(sys.stdin))))
