"""`python -m tests.lint_migrations`: whether new migrations can run while old code serves on large tables.

Each is run on a PostgreSQL of its own, and what it says to that is judged: by squawk, and by what squawk
can't know. So what a function of a migration does is judged like the rest. Those of
tests/migrations_of_before.txt came before the linter, and are exempt; no other is.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from tests.postgres import PostgresServer

ROOT = Path(__file__).resolve().parent.parent
BEFORE = ROOT / "tests" / "migrations_of_before.txt"
SQUAWK = Path(sys.executable).with_name("squawk")
# What is not about running beside old code. A foreign key within ADD COLUMN is of a column that is empty, and
# PostgreSQL does not read the table for it; one that is added by itself is refused by another rule.
NOT_ASKED = (
    "adding-foreign-key-constraint",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamptz",
    "require-lock-timeout",  # `manage.py migrate` sets it
    "require-statement-timeout",
    "require-timeout-settings",
)
REPEATABLE = {"AddIndexBeside", "RemoveIndexBeside", "DropIndexOfKey"}
WIDENS = "WidenField"
WIDENED = re.compile(r'^\s*ALTER TABLE "\w+" ALTER COLUMN "\w+" TYPE varchar\(\d+\)(?: USING .*)?;?\s*$')
REWRITES = re.compile(r'^\s*(?:UPDATE|DELETE FROM|INSERT INTO)\s+"?(\w+)', re.IGNORECASE)
OF_TABLE = re.compile(
    r'^\s*(?:ALTER TABLE|CREATE (?:UNIQUE )?INDEX \S+ ON|UPDATE|DELETE FROM|INSERT INTO) "?(\w+)',
    re.IGNORECASE,
)
SAYS_NOTHING = re.compile(r"^\s*(?:SELECT|SET|SHOW|SAVEPOINT|RELEASE|INSERT INTO \"?django_)", re.IGNORECASE)


def faults_in(
    statements: Sequence[str], *, is_atomic: bool = True, operations: Sequence[str] = ()
) -> list[str]:
    """What would stop or break those that serve meanwhile, in words. Nobody uses a new table yet."""
    if WIDENS in operations:
        statements = [one for one in statements if not WIDENED.match(one)]
    made = {name for one in statements for name in re.findall(r'CREATE TABLE "?(\w+)', one)}
    of_old = [one for one in statements if not ((table := OF_TABLE.match(one)) and table[1] in made)]
    return [*_rewriting(of_old), *_unrepeatable(operations, is_atomic), *_squawks(of_old, is_atomic)]


def _rewriting(statements: Sequence[str]) -> Iterator[str]:
    for statement in statements:
        if found := REWRITES.match(statement):
            yield f"rows of {found[1]} are written: the worker shall do it, in batches"


def _unrepeatable(operations: Sequence[str], is_atomic: bool) -> Iterator[str]:
    for name in sorted(set(operations) - REPEATABLE if not is_atomic else ()):
        yield f"{name} without a transaction: broken off, it can't be repeated; it needs its own migration"


def _squawks(statements: Sequence[str], is_atomic: bool) -> list[str]:
    if not statements:
        return []
    command = [str(SQUAWK), "--reporter", "gcc", "--exclude", ",".join(NOT_ASKED)]
    command += ["--assume-in-transaction"] if is_atomic else []
    text = ";\n".join(statement.strip().rstrip(";") for statement in statements)
    done = subprocess.run(command, input=f"{text};\n", capture_output=True, text=True)
    if done.stderr.strip() and not done.stdout.strip():
        raise RuntimeError(done.stderr)
    return re.findall(r"^\S+ (?:warning|error): (.+)$", done.stdout, re.MULTILINE)


def _said(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any], *, to: list[str]) -> Any:
    if not SAYS_NOTHING.match(str(sql)):
        cursor = context["cursor"].cursor
        to.append(str(sql) if many or not params else cursor.mogrify(sql, params).decode())
    return execute(sql, params, many, context)


def faults_of(new: Collection[str]) -> Iterator[tuple[str, str]]:
    """Runs all migrations on an empty database; gives what is wrong with the new ones, with their names."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    for migration, _backwards in plan:
        statements: list[str] = []
        with connection.execute_wrapper(partial(_said, to=statements)):
            state = executor.apply_migration(state, migration)
        if (name := f"{type(migration).__module__.replace('.', '/')}.py") in new:
            operations = [type(operation).__name__ for operation in migration.operations]
            for fault in faults_in(statements, is_atomic=migration.atomic, operations=operations):
                yield name, fault


def new_migrations() -> set[str]:
    """Of our apps, as paths; Django's own and others' are not ours to change."""
    found = {str(file.relative_to(ROOT)) for file in ROOT.glob("*/migrations/0*.py")}
    return found - set(BEFORE.read_text().split())


def main() -> int:
    """Its exit code: whether something was found."""
    new = new_migrations()
    if not new:
        print("No migration is newer than the linter.")  # noqa: T201
        return 0
    with tempfile.TemporaryDirectory(prefix="pbx-lint-") as folder:
        Path(folder).chmod(0o755)
        postgres = PostgresServer(Path(folder, "postgres"))
        postgres.start()
        try:
            os.environ["DATABASE_URL"] = postgres.url()
            django.setup()
            found = [f"{name}: {fault}" for name, fault in faults_of(new)]
        finally:
            postgres.stop()
    print(*found, f"{len(new)} judged, {len(found)} faults", sep="\n")  # noqa: T201
    return int(bool(found))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
    sys.exit(main())
