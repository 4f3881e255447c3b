from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside, DropIndexOfKey, RemoveIndexBeside

NEWEST = ["-last_active_at", "-id"]


class Migration(migrations.Migration):
    """What failures are counted by, segments, and what the message logs are narrowed by."""

    atomic = False

    dependencies = [("messaging_sessions", "0026_contact_fields")]

    operations = [
        migrations.AddField(
            model_name="countedchange",
            name="segments",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="countedchange",
            name="error_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=16),
        ),
        migrations.AddField(
            model_name="countedchange",
            name="country",
            field=models.CharField(blank=True, db_default="", default="", max_length=2),
        ),
        migrations.AddField(
            model_name="countedchange",
            name="prefix",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        AddIndexBeside(
            model_name="message",
            index=models.Index(
                fields=["error_code", "-id"], condition=~Q(error_code=""), name="message_of_error"
            ),
        ),
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(fields=["number", *NEWEST], name="session_of_number"),
        ),
        # Of two that would do, SQLite takes the younger one: that of the open ones is made last.
        RemoveIndexBeside(model_name="messagingsession", name="session_idle"),
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(
                fields=["number", "last_active_at"], condition=Q(closed_at=None), name="session_idle"
            ),
        ),
        DropIndexOfKey(
            model_name="messagingsession",
            name="number",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.PROTECT,
                related_name="sessions",
                to="channels.number",
            ),
        ),
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(
                fields=NEWEST, condition=Q(archived_at__isnull=False), name="session_archived"
            ),
        ),
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(
                fields=NEWEST, condition=Q(closed_by="timeout"), name="session_closed_by_itself"
            ),
        ),
    ]
