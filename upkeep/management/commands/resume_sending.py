"""manage.py resume_sending: ends the standstill after a restored backup."""

from typing import Any

from django.core.management.base import BaseCommand

from sessions.actions.resuming import resume_after_restore
from upkeep.standing import figures


class Command(BaseCommand):
    help = "Lets texts go again after a backup was restored."

    def handle(self, *args: Any, **options: Any) -> None:
        if not resume_after_restore(by=None):
            self.stdout.write("There is nothing to resume: no restored backup waits.")
            return
        self.stdout.write("Texts go again.")
        if left := figures().unproven:
            self.stdout.write(
                f"Conversations that wait until the ITSP has told whether their texts were sent: {left}"
            )
