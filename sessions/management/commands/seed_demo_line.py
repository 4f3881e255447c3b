"""manage.py seed_demo_line: a line with conversations, beside what a newcomer sets up by hand.

The product must be running, and the stand-in for the ITSPs. Run twice, it adds nothing the second time.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from channels.itsp.errors import ItspError
from channels.models import Number
from pbx_messaging.embedded.stand_in import StandIn
from routing.models import MessageQueue
from sessions.actions import ActionError
from sessions.management.demo import LINE, NotReady, hold, make_channel


class Command(BaseCommand):
    help = "Adds a channel on the stand-in for the ITSPs, with conversations; prints its number."

    def handle(self, *args: Any, **options: Any) -> None:
        known = Number.objects.select_related("queue", "channel").filter(address=LINE).first()
        queue = known.queue if known else MessageQueue.objects.live().order_by("pk").first()
        if queue is None or (known and known.archived_at):  # a person has made something else of it
            return
        agents = list(queue.agents.live().order_by("number"))
        if len(agents) < 2:
            return
        stand_in = StandIn(settings.STAND_IN_URL)
        try:
            number = known or make_channel(stand_in, queue)
            hold(number, stand_in, agents)
        except (OSError, ItspError, ActionError, NotReady) as error:
            raise CommandError(f"The sample line is not complete: {error or type(error).__name__}") from error
        self.stdout.write(
            f"{number.address}  {queue.name}  {agents[0].user.username if agents[0].user else ''}"
        )
