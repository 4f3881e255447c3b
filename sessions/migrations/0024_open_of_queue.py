from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside, RemoveIndexBeside

BY_AGENT = ["agent", "-last_active_at", "-id"]


class Migration(migrations.Migration):
    """Of two partial indexes that would do, SQLite takes the younger one: that of the open ones is made last."""

    atomic = False

    dependencies = [("messaging_sessions", "0023_list")]

    operations = [
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(
                fields=["queue", "-last_active_at", "-id"],
                condition=Q(closed_at=None),
                name="session_open_of_queue",
            ),
        ),
        RemoveIndexBeside(model_name="messagingsession", name="session_waiting"),
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(fields=BY_AGENT, condition=Q(agent__isnull=False), name="session_owned"),
        ),
        RemoveIndexBeside(model_name="messagingsession", name="session_of_agent"),
        RemoveIndexBeside(model_name="messagingsession", name="session_open_of_agent"),
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(
                fields=BY_AGENT,
                condition=Q(closed_at=None, agent__isnull=False),
                name="session_open_of_agent",
            ),
        ),
    ]
