from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging_sessions", "0041_listed_opt_outs")]

    operations = [
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(
                fields=["closed_at", "queue"], condition=Q(closed_at__isnull=False), name="session_closed"
            ),
        ),
    ]
