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
        migrations.AlterField(
            model_name="setupresult",
            name="check_name",
            field=models.CharField(
                choices=[
                    ("credentials", "Credentials"),
                    ("account", "Account"),
                    ("owned", "The number belongs to the account"),
                    ("capable", "The number can send and receive texts"),
                    ("webhook", "The number’s webhook is the Webhook URL"),
                    ("override", "Nothing overrides the number’s webhook"),
                    ("registration", "US registration"),
                    ("countries", "Geographic permission"),
                    ("rules", "Webhook Rules"),
                    ("balance", "Balance"),
                    ("failures", "Failed webhook calls in the last 24 hours"),
                    ("address", "Address of PBX"),
                    ("inbound", "A text message has arrived"),
                    ("callbacks", "Delivery reports arrive"),
                ],
                max_length=16,
            ),
        ),
    ]
