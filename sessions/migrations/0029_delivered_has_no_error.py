"""What got there has no error: codes that stood beside it go. An index finds the few messages that have one."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

GOT_THERE = ("sent", "delivered", "read")


def forget(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    messages = apps.get_model("messaging_sessions", "Message").objects.exclude(error_code="")
    messages.filter(status__in=GOT_THERE).update(error_code="", reason="")


class Migration(migrations.Migration):
    dependencies = [("messaging_sessions", "0028_opt_out_words")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop, elidable=True)]
