"""Where sessions can go, for drop-downs that offer extensions and message queues together."""

from routing.models import Extension, MessageQueue

Place = Extension | MessageQueue


def places_but(holder: Place | None) -> dict[str, Place]:
    """Live queues and active extensions but one, by the keys that a form sends."""
    queues, extensions = MessageQueue.objects.live(), Extension.objects.live().filter(user__is_active=True)
    places: list[Place] = [*queues, *extensions]
    return {key_of(place): place for place in places if place != holder}


def key_of(place: Place) -> str:
    return f"{'extension' if isinstance(place, Extension) else 'queue'}-{place.pk}"
