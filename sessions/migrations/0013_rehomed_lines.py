from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging_sessions', '0012_overflows'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='system_line',
            field=models.CharField(blank=True, choices=[('picked_up', 'Picked up'), ('transferred', 'Transferred'), ('closed', 'Closed by hand'), ('closed_idle', 'Closed automatically'), ('overflowed', 'Passed on, because nobody answered'), ('unsupported', 'Unsupported content'), ('archived', 'Archived'), ('unarchived', 'Taken out of the archive'), ('rehomed', 'Moved, because its place went away')], max_length=16),
        ),
    ]
