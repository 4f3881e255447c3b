from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("channels", "0007_rechecks"),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="credentials_changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="channel",
            name="first_held_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="channel",
            name="held_texts",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
