"""Who is alerted when something happens at a destination."""

from routing.models import Extension, MessageQueue


def agents_of(destination: Extension | MessageQueue) -> list[int]:
    """The ids of the live extensions that see what waits there."""
    if isinstance(destination, Extension):
        return [destination.pk]
    return list(destination.agents.live().values_list("pk", flat=True))
