"""`make bench-partitions`: does it pay to cut the table of messages by month? Raw SQL, on PostgreSQL alone.

The same rows go into one table and into twelve: columns and indexes are those of messages, as far as either
form can have them. The indexes are built once the first rows are there, and then more are inserted.
ARGS="--rows 50000000" takes more. docs/decisions.md says what follows.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg2

from tests.servers import PostgresServer

BATCH, BATCHES = 100, 200  # rows of one transaction, and how many of these are timed
COLUMNS = """id bigint NOT NULL, session_id bigint NOT NULL, kind varchar(12) NOT NULL,
    created_at timestamptz NOT NULL, body text NOT NULL, channel_id bigint, itsp_message_id varchar(64),
    client_id varchar(64), author_id bigint, status varchar(12) NOT NULL, error_code varchar(16) NOT NULL"""
# A unique index of a table that is cut must have what it is cut by. So that a text is stored once, its id
# then needs a table of its own.
TABLES = {
    "one": "CREATE TABLE one (%s)",
    "cut": """CREATE TABLE cut (%s) PARTITION BY RANGE (created_at);
        CREATE TABLE claim (channel_id bigint, itsp_message_id varchar(64))""",
}
INDEXES = {
    "one": """
ALTER TABLE one ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON one (channel_id, itsp_message_id);
CREATE INDEX ON one (session_id, id DESC);
CREATE INDEX ON one (error_code, id DESC) WHERE error_code <> '';
""",
    "cut": """
ALTER TABLE cut ADD PRIMARY KEY (id, created_at);
CREATE INDEX ON cut (session_id, id DESC);
CREATE INDEX ON cut (error_code, id DESC) WHERE error_code <> '';
CREATE UNIQUE INDEX ON claim (channel_id, itsp_message_id);
""",
}
PART = "CREATE TABLE cut_{0} PARTITION OF cut FOR VALUES FROM ('2026-{0:02}-01') TO ('{1}-{2:02}-01')"
# Row n is of the n-th moment of the year; the last ones are of its last day.
ROWS = """
SELECT n, 1 + n / 7, 'inbound',
    '2026-01-01'::timestamptz + least(n, {rows} - 1)::float8 / {rows} * interval '364 days',
    'Thank you for your order ' || n || ', it will be with you soon.', 1 + n %% 20, 'SM' || md5(n::text),
    NULL, NULL, '', CASE WHEN n %% 100 = 1 THEN '30003' ELSE '' END
FROM generate_series({first}::bigint, {last}) AS n
"""
CLAIMS = """
INSERT INTO claim SELECT 1 + n %% 20, 'SM' || md5(n::text) FROM generate_series({first}::bigint, {last}) AS n
"""
THREAD = "SELECT * FROM {} WHERE session_id = %s ORDER BY id DESC LIMIT 50"
SIZE = """
SELECT sum(pg_indexes_size(oid)), sum(pg_table_size(oid)) FROM pg_class
WHERE relkind = 'r' AND (relname = '{0}' OR relname LIKE '{0}\\_%')
"""
KINDS = ("one", "cut")


def main() -> None:
    """The last line is the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
        Path(name).chmod(0o755)
        postgres = PostgresServer(Path(name, "pg"), fsync=True)
        postgres.start()
        try:
            connection = psycopg2.connect(postgres.url())
            connection.autocommit = True
            print(json.dumps(_figures(connection.cursor(), rows)))
        finally:
            postgres.stop()


def _figures(cursor: Any, rows: int) -> dict[str, Any]:
    for kind in KINDS:
        cursor.execute(TABLES[kind] % COLUMNS)
    for number in range(1, 13):
        cursor.execute(PART.format(number, 2026 + number // 12, number % 12 + 1))
    for kind in KINDS:
        print(f"{kind}: {rows} rows and their indexes", flush=True)
        _insert(cursor, kind, rows, 0, rows - 1)
        cursor.execute(INDEXES[kind])
    cursor.execute("VACUUM ANALYZE")
    figures: dict[str, Any] = {kind: {} for kind in KINDS}
    for turn in range(4):  # by turns, so that what else the machine does meets both
        for kind in KINDS:
            first = rows + turn * BATCH * BATCHES
            figures[kind].setdefault("rows_per_s", []).append(_insert_rate(cursor, kind, rows, first))
            figures[kind].setdefault("thread_ms", []).append(_thread_ms(cursor, kind, rows))
    for kind in KINDS:
        cursor.execute(SIZE.format(kind))
        index, table = cursor.fetchone()
        figures[kind] |= {"index_mb": round(int(index) / 1e6), "table_mb": round(int(table) / 1e6)}
    cursor.execute("SELECT pg_total_relation_size('claim')")
    figures["cut"]["claim_mb"] = round(cursor.fetchone()[0] / 1e6)
    month = "created_at < '2026-02-01'"
    figures["one"]["forget_month_s"] = _seconds(cursor, f"DELETE FROM one WHERE {month}")  # noqa: S608
    figures["cut"]["forget_month_s"] = _seconds(cursor, "DROP TABLE cut_1")
    return figures


def _insert(cursor: Any, kind: str, rows: int, first: int, last: int) -> None:
    cursor.execute("BEGIN")
    query = ROWS.replace("%%", "%").format(rows=rows, first=first, last=last)
    cursor.execute(f"INSERT INTO {kind} {query}")
    if kind == "cut":
        cursor.execute(CLAIMS.replace("%%", "%").format(first=first, last=last))
    cursor.execute("COMMIT")


def _insert_rate(cursor: Any, kind: str, rows: int, first: int) -> int:
    begun = time.perf_counter()
    for start in range(first, first + BATCH * BATCHES, BATCH):
        _insert(cursor, kind, rows, start, start + BATCH - 1)
    return round(BATCH * BATCHES / (time.perf_counter() - begun))


def _thread_ms(cursor: Any, kind: str, rows: int) -> float:
    """Of the newest messages of a session, the mean of a hundred."""
    begun = time.perf_counter()
    for n in range(100):
        cursor.execute(THREAD.format(kind), [1 + n * (rows // 700)])
        cursor.fetchall()
    return round((time.perf_counter() - begun) * 10, 3)


def _seconds(cursor: Any, statement: str) -> float:
    begun = time.perf_counter()
    cursor.execute(statement)
    return round(time.perf_counter() - begun, 2)


if __name__ == "__main__":
    main()
