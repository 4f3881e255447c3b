from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside

OUTCOMES = [
    ("processed", "Processed"),
    ("duplicate", "Duplicate"),
    ("ignored", "Ignored"),
    ("failed", "Failed"),
    ("rejected", "Rejected"),
    ("held", "Held"),
    ("unreadable", "Unreadable"),
    ("dismissed", "Dismissed"),
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("channels", "0008_held_texts"), ("messaging_sessions", "0029_delivered_has_no_error")]

    operations = [
        migrations.AlterField(
            model_name="webhookrequest",
            name="outcome",
            field=models.CharField(choices=OUTCOMES, max_length=12),
        ),
        AddIndexBeside(
            model_name="webhookrequest",
            index=models.Index(
                fields=["channel", "received_at"], condition=Q(outcome="held"), name="journal_held"
            ),
        ),
    ]
