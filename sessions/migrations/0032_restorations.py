import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from pbx_messaging.large_tables import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("messaging_sessions", "0031_request_ids"),
    ]

    operations = [
        migrations.CreateModel(
            name="Restoration",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True, verbose_name="ID")),
                ("backup_at", models.DateTimeField(verbose_name="Backup begun")),
                ("at", models.DateTimeField(verbose_name="Restored")),
                ("resumed_at", models.DateTimeField(null=True, verbose_name="Texts let go again")),
                (
                    "resumed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Let go by",
                        db_index=False,
                    ),
                ),
                ("adopted", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "restored backup",
                "indexes": [
                    models.Index(fields=["at"], condition=Q(resumed_at=None), name="restoration_standing")
                ],
            },
        ),
        migrations.AddField("lane", "unproven_since", models.DateTimeField(null=True)),
        migrations.AddField("lane", "prove_at", models.DateTimeField(null=True)),
        AddIndexBeside(
            model_name="lane",
            index=models.Index(
                fields=["prove_at"], condition=Q(prove_at__isnull=False), name="lane_to_prove"
            ),
        ),
    ]
