"""manage.py create_admin: the first administrator."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from accounts.models import Role, User


class Command(BaseCommand):
    help = "Creates an administrator. Asks for the password; without a terminal it is ADMIN_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", default="admin")
        parser.add_argument("--email", default="")
        parser.add_argument(
            "--if-none", action="store_true", help="do nothing when there is an active administrator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_none"] and User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
            return
        user = User(username=options["username"], email=options["email"], role=Role.ADMINISTRATOR)
        try:
            user.full_clean(exclude=["password"])
            password = self._password(user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        actions.create_user(
            username=user.username, password=password, email=user.email, role=Role.ADMINISTRATOR
        )
        self.stdout.write(f"Created the administrator {user.username}.")

    def _password(self, user: User) -> str:
        """Raises `ValidationError`; a person at a terminal is told why, and asked again."""
        if not sys.stdin.isatty():
            password = os.environ.get("ADMIN_PASSWORD", "")
            validate_password(password, user)
            return password
        while True:
            password = getpass.getpass("Password: ")
            try:
                validate_password(password, user)
            except ValidationError as error:
                self.stderr.write(" ".join(error.messages))
                continue
            if password == getpass.getpass("Password (again): "):
                return password
            self.stderr.write("The two passwords differ.")
