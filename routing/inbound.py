"""Who is alerted when something happens at a destination."""

from routing.models import Extension


def agents_of_queue(queue_id: int) -> list[int]:
    """The ids of the live extensions that see what waits in the queue."""
    return list(Extension.objects.live().filter(queues=queue_id).values_list("pk", flat=True))
