from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def leave_room(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A message's status changes soon after it is stored; in its own page that touches none of its indexes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE messaging_sessions_message SET (fillfactor = 90)")


class Migration(migrations.Migration):
    dependencies = [("messaging_sessions", "0014_draft_client_id")]

    operations = [migrations.RunPython(leave_room, migrations.RunPython.noop)]
