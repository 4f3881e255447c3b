from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone


def in_a_year():
    return timezone.now() + timedelta(days=365)


class Migration(migrations.Migration):
    """Tokens that had no end get one in a year."""

    dependencies = [
        ('accounts', '0006_login_actions'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='expires_at',
            field=models.DateTimeField(default=in_a_year),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='apitoken',
            name='end_told_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='action',
            field=models.CharField(choices=[('created', 'Added'), ('changed', 'Changed'), ('deleted', 'Deleted'), ('replayed', 'Replayed'), ('dismissed', 'Dismissed'), ('fetched', 'Missed texts asked for'), ('fixed', 'Changed at the ITSP'), ('logged_in', 'Logged in'), ('logged_out', 'Logins ended'), ('imported', 'Imported')], max_length=12),
        ),
    ]
