"""What search looks into: the columns and tables that sessions.search_index keeps, seen as fields.

PostgreSQL has a generated column of lexemes in the table itself, SQLite a full-text table beside it.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from sessions.models.contact_fields import ContactField


class WordsField(models.Field[Any, Any]):
    """Never read or written, only asked: `filter(words__hold=lexemes)`, as `search.finding` writes them."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector"


@WordsField.register_lookup
class Hold(models.Lookup[Any]):
    lookup_name = "hold"

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        words, _none = self.process_lhs(compiler, connection)
        asked, params = self.process_rhs(compiler, connection)
        return f"{words} @@ to_tsquery('simple', {asked})", params

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        words, _none = self.process_lhs(compiler, connection)
        row = words.rpartition(".")[0] + '."id"'
        index = connection.ops.quote_name(index_of(self.lhs.target.model))
        asked, params = self.process_rhs(compiler, connection)
        return f"{row} IN (SELECT rowid FROM {index} WHERE {index} MATCH {asked})", params  # noqa: S608


def index_of(model: type[models.Model]) -> str:
    """The full-text table of SQLite."""
    return f"{model._meta.db_table}_words"


class SearchedMessage(models.Model):
    """The texts of messages and notes."""

    session_id = models.BigIntegerField()
    words = WordsField()

    class Meta:
        managed = False
        db_table = "messaging_sessions_message"

    def __str__(self) -> str:
        return f"words of message {self.pk}"


class SearchedContact(models.Model):
    """The names of contacts."""

    address = models.CharField(max_length=64)
    words = WordsField()

    class Meta:
        managed = False
        db_table = "messaging_sessions_contact"

    def __str__(self) -> str:
        return f"words of contact {self.pk}"


class SearchedContactValue(models.Model):
    """What is noted of contacts in fields of their own."""

    contact = models.ForeignKey(SearchedContact, on_delete=models.DO_NOTHING, related_name="+")
    field = models.ForeignKey(ContactField, on_delete=models.DO_NOTHING, related_name="+")
    words = WordsField()

    class Meta:
        managed = False
        db_table = "messaging_sessions_contactvalue"

    def __str__(self) -> str:
        return f"words of contact value {self.pk}"
