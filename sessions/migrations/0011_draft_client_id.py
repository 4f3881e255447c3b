from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging_sessions", "0010_open_of_agent")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="client_id",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
    ]
