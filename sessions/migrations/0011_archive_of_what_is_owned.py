from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

LINES = [
    ("picked_up", "Picked up"),
    ("transferred", "Transferred"),
    ("closed", "Closed by hand"),
    ("closed_idle", "Closed automatically"),
    ("overflowed", "Passed on, because nobody answered"),
    ("unsupported", "Unsupported content"),
    ("archived", "Archived"),
    ("unarchived", "Taken out of the archive"),
]


def bring_back(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Open sessions that nobody owns, or whose contact waits, were lost in the archive. Open ones are few."""
    sessions = apps.get_model("messaging_sessions", "MessagingSession").objects
    lost = sessions.filter(Q(agent=None) | Q(unanswered_since__isnull=False), closed_at=None)
    lost.filter(archived_at__isnull=False).update(archived_at=None)


class Migration(migrations.Migration):
    dependencies = [("messaging_sessions", "0010_open_of_agent")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="system_line",
            field=models.CharField(blank=True, choices=LINES, max_length=16),
        ),
        migrations.RunPython(bring_back, migrations.RunPython.noop),
    ]
