from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging_sessions", "0017_snooze")]

    operations = [
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(
                fields=["snoozed_until"],
                condition=Q(closed_at=None, snoozed_until__isnull=False),
                name="session_snoozed",
            ),
        ),
    ]
