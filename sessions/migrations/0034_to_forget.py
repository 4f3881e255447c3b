from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging_sessions", "0033_what_is_kept")]

    operations = [
        AddIndexBeside(
            model_name="messagingsession",
            index=models.Index(
                fields=["number", "kept", "opened_at"],
                condition=Q(closed_at__isnull=False, kept__lt=2),
                name="session_to_forget",
            ),
        ),
    ]
