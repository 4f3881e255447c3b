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
        password = ask_password() if sys.stdin.isatty() else os.environ.get("ADMIN_PASSWORD", "")
        try:
            user.full_clean(exclude=["password"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        actions.create_user(
            username=user.username, password=password, email=user.email, role=Role.ADMINISTRATOR
        )
        self.stdout.write(f"Created the administrator {user.username}.")


def ask_password() -> str:
    """Asks twice; the password is not shown."""
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Password (again): "):
        raise CommandError("The two passwords differ. Nothing was created.")
    return password
