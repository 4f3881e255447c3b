from django.db import migrations, models

from pbx_messaging.large_tables import WidenField


class Migration(migrations.Migration):
    dependencies = [("channels", "0011_opt_out_readings")]

    operations = [
        WidenField("number", "address", models.CharField(max_length=64, verbose_name="Number")),
        WidenField("fetchgap", "at_number", models.CharField(blank=True, max_length=64)),
    ]
