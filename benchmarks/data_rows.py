"""`python -m benchmarks.data_rows seed < JSON`: a year of a company's messages, by INSERT … SELECT.

In a process of its own, since it has the settings of the stack that is measured. Indexes are taken away
before and built afterwards, in a fifth of the time.
"""

import json
import sys
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

CHANNELS, QUEUES, AGENTS, TAGS = 20, 10, 50, 10
MESSAGES_OF_A_SESSION = 20 / 3
IDLE = 100_000  # open sessions in which nothing happened for a month
TABLES = ("message", "messagingsession", "attempt", "lane")
CODES = "ARRAY['30003','30003','30003','30003','30005','30005','30006','30007','30008','21610']"

SECONDS = "365 * 86400.0"
BEGIN = "(%(now)s::timestamptz - interval '365 days')"
OPENED = f"{BEGIN} + s * interval '1 second' * ({SECONDS} / %(sessions)s)"

# Session s has the messages from s * 20 / 3 on, within some hours; one in three is of another week.
SESSIONS = f"""
INSERT INTO messaging_sessions_messagingsession
    (id, number_id, contact, queue_id, agent_id, opened_at, last_active_at, closed_at, closed_by, unread,
     archived_at)
SELECT s + 1, (%(numbers)s)[1 + s %% {CHANNELS}],
    CASE WHEN s < %(idle)s THEN '+1' || (3010000000 + s)
         ELSE (%(prefixes)s)[1 + s %% 10] || lpad(((s * 7919) %% (%(sessions)s / 3))::text, 7, '0') END,
    (%(queues)s)[1 + s %% {QUEUES}], (%(agents)s)[1 + s %% {AGENTS}],
    {OPENED}, least(%(now)s::timestamptz, {OPENED} + interval '3 hours'),
    CASE WHEN s < %(idle)s OR s >= %(sessions)s - 500 THEN NULL ELSE {OPENED} + interval '4 hours' END,
    CASE WHEN s < %(idle)s OR s >= %(sessions)s - 500 THEN ''
         WHEN s %% 10 = 0 THEN 'timeout' ELSE 'agent' END,
    0, CASE WHEN s %% 400 = 399 THEN {BEGIN} END
FROM generate_series(0::bigint, %(sessions)s - 1) AS s
"""  # noqa: S608
MESSAGES = f"""
INSERT INTO messaging_sessions_message
    (id, session_id, kind, created_at, body, author_id, system_line, channel_id, itsp_message_id, client_id,
     status, error_code, reason)
SELECT n + 1, 1 + s, CASE WHEN n %% 2 = 0 THEN 'inbound' ELSE 'outbound' END,
    least(%(now)s::timestamptz, {OPENED} + (n %% 180) * interval '1 minute'),
    'Thank you for your order ' || n || ', it will be with you on ' || (n %% 28 + 1) || ' May.',
    CASE WHEN n %% 2 = 1 THEN (%(agents)s)[1 + s %% {AGENTS}] END, '',
    CASE WHEN n %% 2 = 0 THEN (%(channels)s)[1 + s %% {CHANNELS}] END,
    CASE WHEN n %% 2 = 0 THEN 'SM' || md5(n::text) END, CASE WHEN n %% 2 = 1 THEN md5(n::text) END,
    CASE WHEN n %% 2 = 0 THEN '' WHEN n %% 100 = 1 THEN 'undelivered' ELSE 'delivered' END,
    CASE WHEN n %% 100 = 1 THEN ({CODES})[1 + (n / 100) %% 10]
         WHEN n %% 100000 = 3 THEN '30410' ELSE '' END, ''
FROM (SELECT n, least(%(sessions)s - 1, n * %(sessions)s / %(messages)s) AS s
      FROM generate_series(0::bigint, %(messages)s - 1) AS n) AS numbered
"""  # noqa: S608
LAST = """
UPDATE messaging_sessions_messagingsession SET last_message_id =
    least(%(messages)s, ((id * %(messages)s - 1) / %(sessions)s))
"""
LANES = """
INSERT INTO messaging_sessions_lane (number_id, contact, channel_id)
SELECT DISTINCT number_id, contact, channel_id
FROM messaging_sessions_messagingsession JOIN channels_number ON channels_number.id = number_id
"""
ATTEMPTS = """
INSERT INTO messaging_sessions_attempt
    (message_id, lane_id, channel_id, status, segments, created_at, queued_at, held_s, claimed_at,
     itsp_message_id, counted_at, error_code, reason)
SELECT message.id, lane.id, lane.channel_id, message.status, 1 + message.id %% 3 / 2, message.created_at,
    message.created_at, 0, message.created_at, 'SM' || md5('-' || message.id), message.created_at,
    message.error_code, ''
FROM messaging_sessions_message message
JOIN messaging_sessions_messagingsession session ON session.id = session_id
JOIN messaging_sessions_lane lane ON lane.number_id = session.number_id AND lane.contact = session.contact
WHERE kind = 'outbound'
"""
TAGS_OF = f"""
INSERT INTO messaging_sessions_messagingsession_tags (messagingsession_id, tag_id)
SELECT s, (%(tags)s)[1 + (s / 3) %% {TAGS}]
FROM generate_series(1::bigint, %(sessions)s) AS s WHERE s %% 3 = 0
"""  # noqa: S608
COUNTS = """
INSERT INTO stats_countbucket (channel_id, starts_at, success, failed, received, segments)
SELECT channel_id, at, sum(success), sum(failed), sum(received), sum(segments) FROM (
    SELECT channel_id, date_bin('15 minutes', counted_at, '2000-01-01+00') AS at,
        count(*) FILTER (WHERE status = 'delivered') AS success,
        count(*) FILTER (WHERE status <> 'delivered') AS failed, 0 AS received,
        coalesce(sum(segments) FILTER (WHERE status = 'delivered'), 0) AS segments
    FROM messaging_sessions_attempt GROUP BY 1, 2
    UNION ALL
    SELECT channel_id, date_bin('15 minutes', created_at, '2000-01-01+00'), 0, 0, count(*), 0
    FROM messaging_sessions_message WHERE kind = 'inbound' GROUP BY 1, 2) AS counted
GROUP BY 1, 2
"""
SUMMED = """
INSERT INTO stats_{table} (channel_id, starts_at, success, failed, received, segments)
SELECT channel_id, date_trunc('{unit}', starts_at, 'UTC'),
    sum(success), sum(failed), sum(received), sum(segments)
FROM stats_countbucket GROUP BY 1, 2
"""
TOTALS = """
INSERT INTO stats_counttotal (channel_id, success, failed, received, segments)
SELECT channel_id, sum(success), sum(failed), sum(received), sum(segments) FROM stats_countbucket GROUP BY 1
"""
FAILURES = """
INSERT INTO stats_failurebucket (channel_id, starts_at, error_code, country, prefix, failed)
SELECT attempt.channel_id, date_bin('15 minutes', counted_at, '2000-01-01+00'), error_code,
    CASE substr(contact, 1, 3) WHEN '+44' THEN 'GB' WHEN '+49' THEN 'DE' WHEN '+25' THEN 'KE' ELSE 'US' END,
    substr(contact, 1, 10), count(*)
FROM messaging_sessions_attempt attempt JOIN messaging_sessions_lane lane ON lane.id = lane_id
WHERE status = 'undelivered' GROUP BY 1, 2, 3, 4, 5
"""
INDEXES = """
SELECT class.relname, pg_get_indexdef(indexrelid), conname, pg_get_constraintdef(con.oid)
FROM pg_index JOIN pg_class class ON class.oid = indexrelid
LEFT JOIN pg_constraint con ON con.conindid = indexrelid AND con.contype IN ('u')
WHERE indrelid = %s::regclass AND NOT indisprimary
"""


def seed(sizes: dict[str, int]) -> dict[str, int]:
    messages = sizes["messages"]
    sessions = int(messages / MESSAGES_OF_A_SESSION)
    idle = min(IDLE, sessions * 9 // 10)
    call_command("collectstatic", interactive=False, verbosity=0)
    given = {"messages": messages, "sessions": sessions, "idle": idle, "now": timezone.now(), **_people()}
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        cursor.execute("SET maintenance_work_mem TO '512MB'")
        cursor.execute("SET work_mem TO '256MB'")
        again = [statement for table in TABLES for statement in _without_indexes(cursor, table)]
        for statement in (SESSIONS, MESSAGES, LAST, LANES, ATTEMPTS, TAGS_OF):
            cursor.execute(statement, given)
            cursor.execute("ANALYZE")  # or the next one is planned for empty tables
        for table in TABLES[:2]:
            cursor.execute(f"SELECT setval('messaging_sessions_{table}_id_seq', %s)", [messages])
        for statement in again:
            cursor.execute(statement)
        units = (("counthour", "hour"), ("countday", "day"))
        summed = [SUMMED.format(table=table, unit=unit) for table, unit in units]
        for statement in (COUNTS, *summed, TOTALS, FAILURES):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
    return {"messages": messages, "sessions": sessions, "idle": idle}


def _without_indexes(cursor: Any, table: str) -> list[str]:
    """Takes the indexes of a table away, and gives what builds them again."""
    table = f"messaging_sessions_{table}"
    cursor.execute(INDEXES, [table])
    again = []
    for index, definition, constraint, constrained in cursor.fetchall():
        if constraint:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
            again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {constrained}')
        else:
            cursor.execute(f'DROP INDEX "{index}"')
            again.append(definition)
    return again


def _people() -> dict[str, Any]:
    from accounts.models import Role, User  # noqa: PLC0415  Django must be set up first
    from channels.models import Channel, Number  # noqa: PLC0415
    from routing.models import Extension  # noqa: PLC0415
    from sessions.models import Tag  # noqa: PLC0415
    from tests.factories import make_queue  # noqa: PLC0415
    from tests.portal import make_user  # noqa: PLC0415

    make_user("root", "administrator")  # type: ignore[arg-type]
    User.objects.update(time_zone="Asia/Kolkata")  # the dearest: its days begin at half past
    users = User.objects.bulk_create(User(username=f"agent{n}", role=Role.AGENT) for n in range(AGENTS))
    agents = Extension.objects.bulk_create(
        Extension(number=str(1000 + n), name=f"Agent {n}", user=user) for n, user in enumerate(users)
    )
    each = AGENTS // QUEUES
    queues = [make_queue(*agents[n * each : (n + 1) * each], name=f"Queue {n}") for n in range(QUEUES)]
    login = {"account_sid": "AC" + "0" * 32, "auth_token": "0" * 32}
    each_has = {"itsp": "twilio", "credentials": login, "session_timeout_days": 7}
    channels = Channel.objects.bulk_create(
        Channel(name=f"Channel {n}", status=Channel.Status.CONNECTED, **each_has) for n in range(CHANNELS)
    )
    numbers = Number.objects.bulk_create(
        Number(channel=channel, address=f"+2540216{n:04}", queue=queues[n % QUEUES])
        for n, channel in enumerate(channels)
    )
    tags = Tag.objects.bulk_create(Tag(name=f"Tag {n}") for n in range(TAGS))
    rows: dict[str, Any] = {
        "agents": agents,
        "queues": queues,
        "channels": channels,
        "numbers": numbers,
        "tags": tags,
    }
    prefixes = [f"+1{area}" for area in (212, 312, 415, 617)] + ["+44740", "+44770", "+49151", "+49170"]
    return {name: [row.pk for row in made] for name, made in rows.items()} | {
        "prefixes": [*prefixes, "+25472", "+25473"]
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps({"seed": seed}[sys.argv[1]](json.load(sys.stdin))))
