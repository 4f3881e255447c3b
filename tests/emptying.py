"""Empties the database after a test that commits.

Django's own way empties all tables and makes all permissions anew, which takes longer than most tests,
and waits for everybody who reads. This empties the tables in which something stands.
"""

from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = {"auth_permission", "django_content_type", "django_migrations"}  # as migrations left them


def empty_database(_case: TransactionTestCase) -> None:
    tables = sorted({*connection.introspection.django_table_names(include_views=False)} - KEPT)
    looks = ", ".join(f'EXISTS (SELECT 1 FROM "{table}")' for table in tables)  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {looks}")
        for table, has_rows in zip(tables, cursor.fetchone(), strict=True):
            if has_rows:
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608


def install() -> None:
    """Have all tests that commit end so."""
    TransactionTestCase._fixture_teardown = empty_database  # type: ignore[attr-defined]
