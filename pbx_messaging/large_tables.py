"""What migrations do to large tables while the product runs."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex, AlterField, RemoveIndex
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

Act = Callable[[BaseDatabaseSchemaEditor, type[models.Model]], None]


class _OfIndex(Operation, ABC):
    """An operation that makes or drops an index of one model, and does what it does to the state beside."""

    model_name: str
    name: str

    def database_forwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, _from: ProjectState, to_state: ProjectState
    ) -> None:
        self._act(self._forwards, app_label, editor, to_state)

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, _from: ProjectState, to_state: ProjectState
    ) -> None:
        self._act(self._backwards, app_label, editor, to_state)

    def _act(self, act: Act, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
        model = state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            act(editor, model)

    @abstractmethod
    def _forwards(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None: ...

    @abstractmethod
    def _backwards(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None: ...


class DropIndexOfKey(_OfIndex, AlterField):
    """Takes a foreign key's own index away, and touches nothing else. `field` has `db_index=False`.

    Django's own way makes the whole constraint anew on PostgreSQL, which reads the table under a lock, and
    copies the table on SQLite. For migrations with `atomic = False`: only outside of a transaction can
    PostgreSQL do it beside those that run.
    """

    def _forwards(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        for name in _own_indexes(editor, model, self.name):
            _drop(editor, name)

    def _backwards(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        table, column, quoted = model._meta.db_table, _column(model, self.name), editor.quote_name
        name = editor._create_index_name(table, [column])  # type: ignore[attr-defined]
        _drop(editor, name)  # half made, where an earlier try was broken off
        editor.execute(f"CREATE {_index(editor)} {quoted(name)} ON {quoted(table)} ({quoted(column)})")

    def describe(self) -> str:
        return f"Drop the index of {self.name} on {self.model_name}"


class AddIndexBeside(_OfIndex, AddIndex):
    """An index that PostgreSQL builds beside those that write. For migrations with `atomic = False`.

    What an earlier try, broken off, has left of it is replaced.
    """

    def _forwards(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        _build(editor, model, self.index)

    def _backwards(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        _drop(editor, self.index.name)


class RemoveIndexBeside(_OfIndex, RemoveIndex):
    """Takes an index away beside those that read and write. For migrations with `atomic = False`.

    Django's own way waits for whoever reads the table, and has all others wait behind it.
    """

    def _forwards(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        _drop(editor, self.name)

    def _backwards(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        _build(editor, model, next(index for index in model._meta.indexes if index.name == self.name))


class WidenField(AlterField):
    """Gives a column of characters room for more: PostgreSQL notes that, and reads no row for it."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        before, after = (
            state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)
            for state in (from_state, to_state)
        )
        if type(before) is not type(after) or before.max_length > after.max_length:
            raise ValueError(f"{self.name} of {self.model_name} is not widened")
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def _build(editor: BaseDatabaseSchemaEditor, model: type[models.Model], index: models.Index) -> None:
    """Anew, where an earlier try was broken off."""
    _drop(editor, index.name)
    editor.add_index(model, index, **_concurrently(editor))


def _own_indexes(editor: BaseDatabaseSchemaEditor, model: type[models.Model], field: str) -> Iterator[str]:
    """What Django made for the field by itself: not what the model names, nor what is unique."""
    named, columns = {index.name for index in model._meta.indexes}, [_column(model, field)]
    with editor.connection.cursor() as cursor:
        found: dict[str, Any] = editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
    for name, one in found.items():
        if name not in named and one["index"] and not one["unique"] and one["columns"] == columns:
            yield name


def _drop(editor: BaseDatabaseSchemaEditor, name: str) -> None:
    editor.execute(f"DROP {_index(editor)} IF EXISTS {editor.quote_name(name)}")


def _index(editor: BaseDatabaseSchemaEditor) -> str:
    return "INDEX CONCURRENTLY" if _concurrently(editor) else "INDEX"


def _concurrently(editor: BaseDatabaseSchemaEditor) -> dict[str, bool]:
    """What an editor is told where building beside others can be asked for."""
    return {"concurrently": True} if editor.connection.vendor == "postgresql" else {}


def _column(model: type[models.Model], field: str) -> str:
    return str(model._meta.get_field(field).column)  # type: ignore[union-attr]
