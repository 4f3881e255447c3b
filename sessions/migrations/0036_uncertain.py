from django.db import migrations, models

STATUSES = [
    ("scheduled", "Scheduled"),
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("unknown", "Unknown"),
    ("uncertain", "May have arrived"),
    ("accepted", "Accepted"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("undelivered", "Undelivered"),
    ("delivered", "Delivered"),
    ("read", "Read"),
]


class Migration(migrations.Migration):
    dependencies = [("messaging_sessions", "0035_charges")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="sent_as",
            field=models.CharField(blank=True, db_default="", default="", max_length=24),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="status",
            field=models.CharField(choices=STATUSES, default="queued", max_length=12),
        ),
        migrations.AlterField(
            model_name="attemptevent",
            name="status",
            field=models.CharField(choices=STATUSES, max_length=12),
        ),
        migrations.AlterField(
            model_name="message",
            name="status",
            field=models.CharField(blank=True, choices=STATUSES, max_length=12),
        ),
    ]
