"""manage.py seed_demo: people to try the product with. Run twice, it adds nothing the second time."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts import actions as accounts
from accounts.models import Role, User
from routing import actions
from routing.models import Extension, MessageQueue

ADMINISTRATOR = ("admin", "admin-demo")  # fixed and readable: it is a demo
AGENTS = {
    "1001": ("Alice Baker", "alice", "alice-demo"),
    "1002": ("Bob Carter", "bob", "bob-demo"),
    "1003": ("Carol Diaz", "carol", "carol-demo"),
    "1004": ("Dan Evans", "dan", "dan-demo"),
}
QUEUE, QUEUE_AGENTS = "Support", ["1001", "1002", "1003"]


class Command(BaseCommand):
    help = "Adds an administrator, four extensions with agents and a message queue; prints the logins."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        username, password = ADMINISTRATOR
        if not User.objects.filter(username=username).exists():
            accounts.create_user(username=username, password=password, role=Role.ADMINISTRATOR)
        self.stdout.write(f"{Role.ADMINISTRATOR}  {username}  {password}")
        for number, (name, username, password) in AGENTS.items():
            if not User.objects.filter(username=username).exists():
                actions.create_extension(number=number, name=name, username=username, password=password)
            self.stdout.write(f"{Role.AGENT}  {username}  {password}")
        if not MessageQueue.objects.live().filter(name=QUEUE).exists():
            agents = Extension.objects.live().filter(number__in=QUEUE_AGENTS)
            mode = MessageQueue.PickupMode.MANUAL
            actions.create_queue(name=QUEUE, pickup_mode=mode, agents=agents)
