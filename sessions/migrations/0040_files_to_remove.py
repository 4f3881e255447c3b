from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging_sessions", "0039_confirms_found")]

    operations = [
        migrations.AddField(
            model_name="filetoremove",
            name="tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField("filetoremove", "refused_since", models.DateTimeField(null=True)),
        migrations.AddField("filetoremove", "next_try_at", models.DateTimeField(null=True)),
    ]
