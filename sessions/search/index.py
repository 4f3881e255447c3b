"""The indexes that search stands on, for either database: made by a migration, kept by the database itself.

They hold words as sessions.search asks for them: without case, split at punctuation. Each word of a text is
written once with the text and never again: a change of a message's status touches none of it.
"""

import string
from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PUNCTUATION = string.punctuation + "‘’“”„‚–—…«»¡¿·•\u00a0"
Texts = list[tuple[str, str, str]]
# (table, the column with the text, which rows): a system line's text is no message.
TEXTS: Texts = [
    ("messaging_sessions_message", "body", "{row}kind <> 'system'"),
    ("messaging_sessions_contact", "name", "{row}name <> ''"),
]
VALUES: Texts = [("messaging_sessions_contactvalue", "value", "{row}value <> ''")]  # they came later
SESSIONS = "messaging_sessions_messagingsession"


def create(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    _create(editor, TEXTS)
    if editor.connection.vendor == "postgresql":
        editor.execute(
            f"CREATE INDEX session_contact_begins ON {SESSIONS} (contact varchar_pattern_ops)", params=None
        )
        ends = f"CREATE INDEX session_contact_ends ON {SESSIONS} (reverse(contact) text_pattern_ops)"
        editor.execute(ends, params=None)


def drop(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    _drop(editor, TEXTS)
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX session_contact_begins, session_contact_ends", params=None)


def create_values(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    _create(editor, VALUES)


def drop_values(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    _drop(editor, VALUES)


def _create(editor: BaseDatabaseSchemaEditor, texts: Texts) -> None:
    statements = _postgres if editor.connection.vendor == "postgresql" else _sqlite
    for statement in statements(texts):
        editor.execute(statement, params=None)


def _drop(editor: BaseDatabaseSchemaEditor, texts: Texts) -> None:
    for table, _column, _rows in texts:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"ALTER TABLE {table} DROP COLUMN words", params=None)
        else:
            for event in ("insert", "delete", "update"):
                editor.execute(f"DROP TRIGGER {table}_words_{event}", params=None)
            editor.execute(f"DROP TABLE {table}_words", params=None)


def keep(connection: BaseDatabaseWrapper) -> None:
    """After each migrate: Django's changes to a table of SQLite lose its triggers."""
    if connection.vendor != "sqlite":
        return
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table, column, rows in [*TEXTS, *VALUES]:
            if f"{table}_words" in existing:
                for trigger in _triggers(table, column, rows):
                    cursor.execute(trigger)


MERGED_PAGES = 200  # of one table at once: some ten milliseconds


def merge_words(connection: BaseDatabaseWrapper, *, begins: bool) -> bool:
    """Drops a part of what words of gone texts have left in SQLite's indexes. False if that was the last.

    `begins`: all that is stored takes part. FTS5 says by the count of changes whether there was something.
    """
    more = False
    with connection.cursor() as cursor:
        for table, _column, _rows in [*TEXTS, *VALUES]:
            before = connection.connection.total_changes
            pages = -MERGED_PAGES if begins else MERGED_PAGES
            merge = f"INSERT INTO {table}_words ({table}_words, rank) VALUES ('merge', %s)"  # noqa: S608
            cursor.execute(merge, [pages])
            more = more or connection.connection.total_changes - before > 1
    return more


def _postgres(texts: Texts) -> Iterator[str]:
    """A search reads the pending list of a GIN index from end to end, so that is kept short."""
    signs, spaces = PUNCTUATION.replace("'", "''"), " " * len(PUNCTUATION)
    for table, column, rows in texts:
        lexemes = f"to_tsvector('simple', translate({column}, '{signs}', '{spaces}'))"
        yield (
            f"ALTER TABLE {table} ADD COLUMN words tsvector "
            f"GENERATED ALWAYS AS (CASE WHEN {rows.format(row='')} THEN {lexemes} END) STORED"
        )
        yield f"CREATE INDEX {table}_words ON {table} USING gin (words) WITH (gin_pending_list_limit = 128)"


def _sqlite(texts: Texts) -> Iterator[str]:
    for table, column, rows in texts:
        words = f"{table}_words"
        yield (
            f"CREATE VIRTUAL TABLE {words} USING fts5({column}, content='{table}', content_rowid='id', "
            "tokenize='unicode61 remove_diacritics 0')"
        )
        stored = f"SELECT id, {column} FROM {table} WHERE {rows.format(row='')}"  # noqa: S608
        yield f"INSERT INTO {words} (rowid, {column}) {stored}"
        yield from _triggers(table, column, rows)


def _triggers(table: str, column: str, rows: str) -> Iterator[str]:
    words = f"{table}_words"
    begin = f"CREATE TRIGGER IF NOT EXISTS {words}"
    new, old = rows.format(row="new."), rows.format(row="old.")
    insert = f"INSERT INTO {words} (rowid, {column}) SELECT new.id, new.{column} WHERE {new};"
    columns = f"({words}, rowid, {column})"
    delete = f"INSERT INTO {words} {columns} SELECT 'delete', old.id, old.{column} WHERE {old};"
    yield f"{begin}_insert AFTER INSERT ON {table} BEGIN {insert} END"
    yield f"{begin}_delete AFTER DELETE ON {table} BEGIN {delete} END"
    yield f"{begin}_update AFTER UPDATE OF {column} ON {table} BEGIN {delete} {insert} END"
