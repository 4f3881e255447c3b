"""What migrations do to large tables while the product runs."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex, AlterField, RemoveIndex
from django.db.migrations.state import ProjectState


class DropIndexOfKey(AlterField):
    """Takes a foreign key's own index away, and touches nothing else. `field` has `db_index=False`.

    Django's own way makes the whole constraint anew on PostgreSQL, which reads the table under a lock, and
    copies the table on SQLite. For migrations with `atomic = False`: only outside of a transaction can
    PostgreSQL do it beside those that run.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for name in _own_indexes(schema_editor, model, self.name):
                _drop(schema_editor, name)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        table, column, quoted = model._meta.db_table, _column(model, self.name), schema_editor.quote_name
        name = schema_editor._create_index_name(table, [column])  # type: ignore[attr-defined]
        _drop(schema_editor, name)  # half made, where an earlier try was broken off
        what = f"{_index(schema_editor)} {quoted(name)} ON {quoted(table)} ({quoted(column)})"
        schema_editor.execute(f"CREATE {what}")

    def describe(self) -> str:
        return f"Drop the index of {self.name} on {self.model_name}"


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


class AddIndexBeside(AddIndex):
    """An index that PostgreSQL builds beside those that write. For migrations with `atomic = False`.

    What an earlier try, broken off, has left of it is replaced.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _build(schema_editor, model, self.index)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, self.index.name)


class RemoveIndexBeside(RemoveIndex):
    """Takes an index away beside those that read and write. For migrations with `atomic = False`.

    Django's own way waits for whoever reads the table, and has all others wait behind it.
    """

    name: str

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, self.name)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            state = to_state.models[app_label, self.model_name_lower]
            _build(schema_editor, model, state.get_index_by_name(self.name))


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
