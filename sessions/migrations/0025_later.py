from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside

LINES = [
    ("picked_up", "Picked up"),
    ("transferred", "Transferred"),
    ("closed", "Closed by hand"),
    ("closed_idle", "Closed automatically"),
    ("overflowed", "Passed on, because nobody answered"),
    ("unsupported", "Unsupported content"),
    ("archived", "Archived"),
    ("unarchived", "Taken out of the archive"),
    ("rehomed", "Moved, because its place went away"),
    ("reopened", "Reopened"),
    ("taken_back", "Taken back after a transfer"),
    ("assigned", "Assigned automatically"),
    ("snoozed", "Snoozed"),
    ("unsnoozed", "Snooze ended by hand"),
    ("follow_up", "Back from a snooze"),
    ("returned", "Back in its queue, because its agent left"),
    ("taken_over", "Taken from its agent"),
    ("contact_first", "A scheduled text was cancelled, because the contact wrote first"),
    ("rescheduled", "A scheduled text was changed"),
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging_sessions", "0024_open_of_queue")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="until_reply",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="contact",
            name="time_zone",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=64, verbose_name="Time zone"
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="system_line",
            field=models.CharField(blank=True, choices=LINES, max_length=16),
        ),
        AddIndexBeside(
            model_name="attempt",
            index=models.Index(
                fields=["lane"],
                condition=Q(status="scheduled", until_reply=True),
                name="attempt_until_reply",
            ),
        ),
    ]
