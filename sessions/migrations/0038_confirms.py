from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging_sessions", "0037_uncertain_found")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="confirms",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
