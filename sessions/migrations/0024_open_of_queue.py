from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside


class Migration(migrations.Migration):
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
        migrations.RemoveIndex(model_name="messagingsession", name="session_waiting"),
    ]
