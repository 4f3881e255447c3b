"""The linter of migrations refuses what stops or breaks the old code that serves meanwhile."""

from contextlib import nullcontext
from unittest.mock import MagicMock

import pytest
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from pbx_messaging.large_tables import WidenField
from tests.lint_migrations import BEFORE, ROOT, faults_in, new_migrations

NEW_TABLE = """
CREATE TABLE "one" ("id" bigint NOT NULL PRIMARY KEY, "of_id" bigint NOT NULL, "name" varchar(9) NOT NULL);
ALTER TABLE "one" ADD CONSTRAINT "one_of" FOREIGN KEY ("of_id") REFERENCES "two" ("id") DEFERRABLE;
ALTER TABLE "one" ADD CONSTRAINT "one_once" UNIQUE ("name");
ALTER TABLE "one" ADD COLUMN "late" varchar(9) NOT NULL;
CREATE INDEX "one_name" ON "one" ("of_id");
INSERT INTO "one" VALUES (1, 1, 'First')
"""
COLUMN = 'ALTER TABLE "old" ADD COLUMN "new"'

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "sql",
    [
        NEW_TABLE,
        f"{COLUMN} varchar(9) DEFAULT '' NOT NULL",
        f"{COLUMN} timestamptz NULL",
        f'{COLUMN} bigint NULL CONSTRAINT "to" REFERENCES "two" ("id") DEFERRABLE INITIALLY DEFERRED',
        'ALTER TABLE "old" ADD CONSTRAINT "right" CHECK (id > 0) NOT VALID',
    ],
)
def test_linter_lets_pass(sql: str) -> None:
    assert faults_in(sql.split(";\n")) == []


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        (f"{COLUMN} varchar(9) NOT NULL", "adding-required-field"),
        (f"{COLUMN} timestamptz DEFAULT clock_timestamp() NOT NULL", "adding-field-with-default"),
        (
            f"{COLUMN} tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED",
            "adding-field-with-default",
        ),
        ('CREATE INDEX "slow" ON "old" ("id")', "require-concurrent-index-creation"),
        ('DROP INDEX "slow"', "require-concurrent-index-deletion"),
        ('ALTER TABLE "old" ALTER COLUMN "id" TYPE bigint', "changing-column-type"),
        ('ALTER TABLE "old" ALTER COLUMN "id" SET NOT NULL', "adding-not-nullable-field"),
        ('ALTER TABLE "old" ALTER COLUMN "id" DROP NOT NULL', "ban-drop-not-null"),
        ('ALTER TABLE "old" ADD CONSTRAINT "right" CHECK (id > 0)', "constraint-missing-not-valid"),
        ('ALTER TABLE "old" DROP COLUMN "new"', "ban-drop-column"),
        ('ALTER TABLE "old" RENAME COLUMN "new" TO "newer"', "renaming-column"),
        ('ALTER TABLE "old" RENAME TO "older"', "renaming-table"),
        ('DROP TABLE "old"', "ban-drop-table"),
        ("UPDATE \"old\" SET name = ''", "rows of old are written"),
        ('DELETE FROM "old"', "rows of old are written"),
        ('INSERT INTO "old" SELECT * FROM "new"', "rows of old are written"),
    ],
)
def test_linter_refuses(sql: str, fault: str) -> None:
    assert [found.startswith(fault) for found in faults_in([sql])] == [True]


def test_linter_has_what_is_no_transaction_be_repeatable() -> None:
    beside = ['CREATE INDEX CONCURRENTLY "quick" ON "old" ("id")']
    assert faults_in(beside, is_atomic=False, operations=["AddIndexBeside"]) == []
    both = faults_in(beside, is_atomic=False, operations=["AddField", "AddIndexBeside"])
    assert [fault.partition(":")[0] for fault in both] == ["AddField without a transaction"]


def test_linter_exempts_what_there_is_of_before_by_name() -> None:
    exempt = BEFORE.read_text().split()
    assert [name for name in exempt if not (ROOT / name).exists()] == []
    assert "sessions/migrations/0030_held_requests.py" in exempt
    assert not new_migrations() & set(exempt)


def test_linter_lets_pass_what_is_widened_and_nothing_else_of_that_migration() -> None:
    wider = 'ALTER TABLE "old" ALTER COLUMN "name" TYPE varchar(64)'
    assert faults_in([wider], operations=["WidenField"]) == []
    assert len(faults_in([wider])) == 1
    others = ['ALTER TABLE "old" ALTER COLUMN "id" TYPE bigint', 'DROP TABLE "old"']
    assert len(faults_in([wider, *others], operations=["WidenField"])) == 2


@pytest.mark.parametrize(("before", "after", "is_refused"), [(16, 64, False), (64, 16, True)])
def test_only_what_gets_wider_is_widened(before: int, after: int, is_refused: bool) -> None:
    states = [ProjectState(), ProjectState()]
    for state, length in zip(states, (before, after), strict=True):
        fields = [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=length))]
        state.add_model(ModelState("channels", "Old", fields))
    operation = WidenField("old", "name", models.CharField(max_length=after))
    editor = MagicMock()
    editor.connection.alias = "default"
    with pytest.raises(ValueError, match="not widened") if is_refused else nullcontext():
        operation.database_forwards("channels", editor, *states)
    assert editor.alter_field.called is not is_refused
