"""manage.py backup: all that an installation needs to begin again elsewhere, in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from upkeep.backups import making, media
from upkeep.backups.problems import CannotBackUp


class Command(BaseCommand):
    help = (
        "Writes database, media, keys and what waits in Valkey into one file, and reads it again to prove it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", metavar="FOLDER", help="where the file is written; otherwise BACKUP_DIR, whose oldest go"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["to"] or settings.BACKUP_DIR
        if not folder:
            raise CommandError("Name a folder: backup --to FOLDER, or set BACKUP_DIR.")
        try:
            made = making.make(Path(folder).resolve(), kept=0 if options["to"] else settings.BACKUPS_KEPT)
        except CannotBackUp as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Backup written, and read again: {made.path}")
        if not made.is_sealed:
            self.stdout.write(
                "It is NOT encrypted: whoever reads it reads all texts and keys. Set BACKUP_KEY against that."
            )
        if not media.are_here():
            self.stdout.write("Attachments are in MEDIA_STORAGE and not in it: have that bucket backed up.")
        if made.removed:
            self.stdout.write(f"Older ones that were removed: {made.removed}")
