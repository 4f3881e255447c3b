from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging_sessions", "0013_rehomed_lines")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="client_id",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
    ]
