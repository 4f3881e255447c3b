"""The rows of `benchmarks.inbox`, by INSERT … SELECT: a company's two years of sessions, in seconds.

Words are drawn so that the commonest occurs in a third of the messages and most in a handful; one message in
twenty has a word of its own, as an order number is.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Role, User
from channels.models import Channel, Number
from routing.models import Extension, MessageQueue
from tests.factories import make_queue, make_road

AGENTS, QUEUES, NUMBERS = 50, 10, 20
VOCABULARY, BANK = 20_000, 50_000
LETTERS = "translate(md5(n::text), '0123456789', 'ghijklmnop')"


@dataclass(frozen=True)
class Size:
    messages: int
    sessions: int


def seed(size: Size) -> None:
    """Of each queue a few sessions wait, of each agent some are open, all others are closed."""
    _people()
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'messaging_sessions_message_words'")
        (index,) = cursor.fetchone()
        cursor.execute("DROP INDEX messaging_sessions_message_words")
        cursor.execute(HALVES)
        cursor.execute("BEGIN")
        for statement in (MESSAGES, SESSIONS):
            cursor.execute(statement, {**vars(size), **_ids(), "now": timezone.now()})
        cursor.execute("COMMIT")
        cursor.execute(CONTACTS)
        cursor.execute("SELECT setval('messaging_sessions_messagingsession_id_seq', %s)", [size.sessions])
        cursor.execute(index)
        cursor.execute("VACUUM ANALYZE")


def _people() -> None:
    users = User.objects.bulk_create(User(username=f"agent{n}", role=Role.AGENT) for n in range(AGENTS))
    agents = Extension.objects.bulk_create(
        Extension(number=str(1000 + n), name=f"Agent {n}", user=user) for n, user in enumerate(users)
    )
    each = AGENTS // QUEUES
    queues = [make_queue(*agents[n * each : (n + 1) * each], name=f"Queue {n}") for n in range(QUEUES)]
    road = make_road(queues[0], *agents)
    for n in range(1, NUMBERS):
        Number.objects.create(channel=road.channel, address=f"+2540216{n:04}", queue=queues[n % QUEUES])
    vera = User.objects.create_user("vera", role=Role.SUPERVISOR)
    vera.supervised_queues.set(queues[:3])


def _ids() -> dict[str, Any]:
    agents, queues = Extension.objects.order_by("pk"), MessageQueue.objects.order_by("pk")
    return {
        "agents": list(agents.values_list("pk", flat=True)),
        "queues": list(queues.values_list("pk", flat=True)),
        "numbers": list(Number.objects.order_by("pk").values_list("pk", flat=True)),
        "channel": Channel.objects.get().pk,
    }


# Halves of texts; a word's number is drawn so that small ones come often.
HALVES = f"""
    CREATE TEMPORARY TABLE half AS
    SELECT h, string_agg(substr({LETTERS}, 1, 3 + n % 9), ' ') AS words
    FROM (SELECT h, floor({VOCABULARY} * power(random(), 3))::int AS n
          FROM generate_series(1, {BANK}) AS h, generate_series(1, 6) OFFSET 0) AS drawn
    GROUP BY h
"""  # noqa: S608
# Message n of session s: sessions of the same days overlap, each as a few messages over some hours.
MESSAGES = f"""
    INSERT INTO messaging_sessions_message
        (session_id, kind, created_at, body, author_id, system_line, channel_id, itsp_message_id, client_id,
         status, error_code, reason)
    SELECT 1 + s, CASE WHEN n %% 2 = 0 THEN 'inbound' ELSE 'outbound' END,
        %(now)s::timestamptz - (%(messages)s - n) * interval '2 years' / %(messages)s,
        one.words || ' ' || two.words || CASE WHEN n %% 20 = 0 THEN ' order' || n ELSE '' END,
        CASE WHEN n %% 2 = 1 THEN (%(agents)s)[1 + s %% {AGENTS}] END, '',
        CASE WHEN n %% 2 = 0 THEN %(channel)s END, CASE WHEN n %% 2 = 0 THEN 'SM' || md5(n::text) END,
        CASE WHEN n %% 2 = 1 THEN md5(n::text) END, CASE WHEN n %% 2 = 1 THEN 'delivered' ELSE '' END, '', ''
    FROM (SELECT n, 1 + floor(random() * {BANK})::int AS h, 1 + floor(random() * {BANK})::int AS i,
              greatest(0, least(%(sessions)s - 1,
                  n * %(sessions)s / %(messages)s + floor(random() * 100)::int - 50)) AS s
          FROM generate_series(0::bigint, %(messages)s - 1) AS n OFFSET 0) AS numbered
    JOIN half AS one ON one.h = numbered.h
    JOIN half AS two ON two.h = numbered.i
    ORDER BY n
"""  # noqa: S608
SESSIONS = f"""
    INSERT INTO messaging_sessions_messagingsession
        (id, number_id, contact, queue_id, agent_id, opened_at, last_active_at, closed_at, closed_by, unread,
         last_message_id)
    SELECT id, (%(numbers)s)[1 + id %% {NUMBERS}], '+1' || (2010000000 + (id * 7919) %% (%(sessions)s / 3)),
        (%(queues)s)[1 + id %% {QUEUES}],
        CASE WHEN id <= %(sessions)s - 500 OR id %% 3 > 0 THEN (%(agents)s)[1 + (id - 1) %% {AGENTS}] END,
        opened_at, last_active_at, CASE WHEN id <= %(sessions)s - 1500 THEN last_active_at END,
        CASE WHEN id <= %(sessions)s - 1500 THEN 'agent' ELSE '' END, 0, last_message
    FROM (SELECT session_id AS id, min(created_at) AS opened_at, max(created_at) AS last_active_at,
              max(id) AS last_message
          FROM messaging_sessions_message GROUP BY session_id) AS summed
    ORDER BY id
"""  # noqa: S608
CONTACTS = f"""
    INSERT INTO messaging_sessions_contact (address, name, notes, created_at, updated_at)
    SELECT address, initcap(substr({LETTERS}, 1, 5)) || ' ' || initcap(substr({LETTERS}, 7, 7)), '',
        now(), now()
    FROM (SELECT contact AS address, row_number() OVER (ORDER BY contact) AS n
          FROM messaging_sessions_messagingsession GROUP BY contact) AS known
    WHERE n % 2 = 0
"""  # noqa: S608
