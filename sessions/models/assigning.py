"""What automatic assignment remembers: whose turn it was, and who has left."""

from django.db import models

from routing.models import Extension, MessageQueue


class AgentTurn(models.Model):
    """When an agent of a queue was given a session last: of two, the one with the smaller `turn` is next."""

    queue = models.ForeignKey(  # another index begins with it
        MessageQueue, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    agent = models.ForeignKey(  # nobody asks by it
        Extension, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    turn = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "agent"], name="agent_turn_once")]

    def __str__(self) -> str:
        return f"turn {self.turn} of {self.agent_id} in {self.queue_id}"


class Absence(models.Model):
    """An agent who holds sessions that were given to them is not there, since then."""

    agent = models.OneToOneField(Extension, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"absence of {self.agent_id}"
