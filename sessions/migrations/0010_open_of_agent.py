from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging_sessions", "0009_single_indexes")]

    operations = [
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(
                fields=["agent", "-last_active_at", "-id"],
                condition=Q(closed_at=None, agent__isnull=False),
                name="session_open_of_agent",
            ),
        ),
    ]
