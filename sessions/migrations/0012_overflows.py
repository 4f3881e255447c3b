import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging_sessions', '0011_archive_of_what_is_owned'),
        ('routing', '0004_single_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Overflow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unanswered_since', models.DateTimeField()),
                ('queue', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routing.messagequeue')),
                ('session', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='overflows', to='messaging_sessions.messagingsession')),
                ('to_queue', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routing.messagequeue')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('session', 'unanswered_since', 'queue'), name='queue_left_once_in_a_wait'), models.UniqueConstraint(fields=('session', 'unanswered_since', 'to_queue'), name='queue_gone_to_once_in_a_wait')],
            },
        ),
    ]
