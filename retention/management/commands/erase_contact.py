"""manage.py erase_contact +…: erases a contact's data at once."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retention.models import Erasure, HandOut, ending_of
from retention.persons import erasing, storage, texts
from sessions.media import files

LOOK_S = 1.0


class Command(BaseCommand):
    help = "Erases all data of a contact. That they have opted out stays: they must not be texted again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="as it is stored, such as +14155550123")
        parser.add_argument("--wait", type=float, default=60.0, metavar="S", help="for texts on their way")
        parser.add_argument(
            "--vacuum",
            action="store_true",
            help="then write the whole database anew, which nobody can write to meanwhile",
        )

    def handle(self, *args: Any, number: str, wait: float, vacuum: bool, **options: Any) -> None:
        try:
            erasure = erasing.ask(number, by=None)
        except erasing.OnHold as error:
            raise CommandError(
                "The contact is on legal hold. Lift it first, on the contact's page."
            ) from error
        ends_at = time.monotonic() + wait
        while not erasing.erase(erasure):
            if time.monotonic() >= ends_at:
                why = _hindrance(erasure)
                raise CommandError(f"{why} The erasure is noted, and done by the worker then.")
            time.sleep(LOOK_S)
        if vacuum:
            storage.vacuum()
        self.stdout.write(f"All data of {ending_of(number)} are erased.")


def _hindrance(erasure: Erasure) -> str:
    if count := texts.on_the_way(erasure.address):
        return f"Texts that are on their way still: {count}. The ITSP has to say what became of them."
    if HandOut.objects.filter(address=erasure.address).exists():
        return "An archive of the contact’s data is still being made: it is given up."
    if files.are_left(since=erasure.asked_at):
        return "The storage did not remove all files: they are tried again."
    return "A file that is being imported is still read: it may have rows of the contact."
