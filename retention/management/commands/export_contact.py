"""manage.py export_contact +… FILE: a contact's data as a ZIP archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from retention.persons import handing_out


class Command(BaseCommand):
    help = "Writes all data of a contact into a ZIP archive, for whoever asks for their own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="as it is stored, such as +14155550123")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, number: str, file: Path, **options: Any) -> None:
        with file.open("wb") as archive:
            count = handing_out.write_archive(number, archive)
        self.stdout.write(f"{file}. Texts and notes in it: {count}.")
