from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging_sessions", "0036_uncertain")]

    operations = [
        AddIndexBeside(
            model_name="attempt",
            index=models.Index(
                fields=["channel"], condition=Q(status="uncertain"), name="attempt_uncertain"
            ),
        ),
    ]
