"""manage.py agent_token EXTENSION: a new API token of an extension, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import ApiToken
from accounts.tokens import LIVES_DAYS, create_token
from routing.models import Extension


class Command(BaseCommand):
    help = "Makes an API token of an extension and prints it. It is stored as a hash only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("extension", help="the extension's number, such as 1001")
        parser.add_argument("--name", default="manage.py agent_token", help="what uses it")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default=ApiToken.Scope.SEND.value)
        parser.add_argument("--days", type=int, default=LIVES_DAYS, help="after which it ends (%(default)s)")

    def handle(self, *args: Any, extension: str, name: str, scope: str, days: int, **options: Any) -> None:
        found = Extension.objects.live().select_related("user").filter(number=extension).first()
        if found is None:
            raise CommandError(f"There is no extension {extension}.")
        if not found.user.is_active:
            raise CommandError(f"The extension {extension} is inactive. Activate it first.")
        if days < 1:
            raise CommandError("--days is 1 at least.")
        self.stdout.write(create_token(found.user, name=name, scope=scope, days=days)[1])
