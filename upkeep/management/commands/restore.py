"""manage.py restore: a backup into an empty installation, which sends nothing of itself afterwards."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from upkeep.backups import restoring
from upkeep.backups.given_key import given_key
from upkeep.backups.problems import CannotBackUp, CannotRestore


class Command(BaseCommand):
    help = "Restores a backup. Nothing is sent afterwards before resume_sending, or System Status, says so."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key-file", type=Path, help="holds the key; otherwise BACKUP_KEY")
        parser.add_argument("--check", action="store_true", help="only read it to its end, which proves it")
        parser.add_argument(
            "--keys-to", metavar="FILE", help="only write the backup's keys there; - is the screen"
        )
        parser.add_argument("--replace", action="store_true", help="lose all that is in the database now")

    def handle(self, *args: Any, **options: Any) -> None:
        path, key = options["file"], given_key(options["key_file"])
        try:
            if options["check"]:
                opened = restoring.look_into(path, key)
                self.stdout.write(f"The backup of {opened.at:%Y-%m-%d %H:%M} UTC is whole.")
            elif options["keys_to"]:
                self._write_keys(restoring.look_into(path, key).keys, options["keys_to"])
            else:
                self._restore(path, key, replace=options["replace"])
        except (CannotRestore, CannotBackUp) as error:
            raise CommandError(str(error)) from error

    def _restore(self, path: Path, key: bytes | None, *, replace: bool) -> None:
        done = restoring.restore(path, key, replace=replace)
        self.stdout.write(
            f"Restored the backup of {done.at:%Y-%m-%d %H:%M} UTC. Attachments: {done.media}. Requests that "
            f"waited in Valkey: {done.spooled}.\n"
            "Nothing is sent until you say so: start it, look at System > Status, and press Let texts go "
            "again there, or run manage.py resume_sending. Make sure before that the former installation "
            "does not run any more."
        )

    def _write_keys(self, keys: dict[str, str], name: str) -> None:
        lines = "".join(f"{name}={value}\n" for name, value in keys.items())
        if name == "-":
            self.stdout.write(lines, ending="")
            return
        try:
            handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{name} can't be written: {error.strerror}.") from error
        with open(handle, "w") as file:  # noqa: PTH123  it is open
            file.write(lines)
        self.stdout.write(f"The keys are in {name}.")
