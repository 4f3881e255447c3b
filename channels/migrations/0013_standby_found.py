from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("channels", "0012_longer_addresses")]

    operations = [
        AddIndexBeside(
            model_name="number",
            index=models.Index(
                fields=["standby"], condition=Q(standby__isnull=False), name="number_with_standby"
            ),
        ),
    ]
