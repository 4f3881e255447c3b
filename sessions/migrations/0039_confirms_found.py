from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging_sessions", "0038_confirms")]

    operations = [
        AddIndexBeside(
            model_name="attempt",
            index=models.Index(
                fields=["queued_at"], condition=Q(status="queued", confirms=True), name="attempt_confirms"
            ),
        ),
    ]
