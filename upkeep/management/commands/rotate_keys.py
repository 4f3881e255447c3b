"""manage.py rotate_keys: encrypts all that is stored by the first of CREDENTIALS_KEYS."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from redis import RedisError

from channels.webhook import keys as webhook_keys
from upkeep.keys.rotating import rotate

NAMED = 20


class Command(BaseCommand):
    help = (
        "Encrypts all that is stored by the first of CREDENTIALS_KEYS, MFA secrets included. It may be ended "
        "at any moment and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = rotate()
        self.stdout.write(f"Encrypted anew: {done.changed}. By the first key already: {done.fine}.")
        if done.unreadable:
            raise CommandError(
                "No key opens these, so keep the old keys, or enter anew what is there: "
                + ", ".join(done.unreadable[:NAMED])
            )
        try:
            webhook_keys.remember_all()
        except RedisError:
            self.stdout.write("Valkey is away; what it keeps is renewed once the product runs.")
        if len(settings.CREDENTIALS_KEYS) > 1:
            self.stdout.write(
                "Now only the first key is needed. Take the others out of CREDENTIALS_KEYS, and restart. "
                "Backups that were made before hold the old ones."
            )
