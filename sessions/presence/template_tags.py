"""Who of a queue is there, for lists whose app does not know of it."""

from collections.abc import Iterable
from typing import Any

from django import template

from routing.models import Extension
from sessions.presence import online
from sessions.presence.availability import State, state_of

register = template.Library()
register.simple_tag(online.everybody_online)  # once for a page


@register.inclusion_tag("sessions/presence/_available_of.html")
def available_of(agents: Iterable[Extension], there: set[int] | None) -> dict[str, Any]:
    """How many of the agents are available, and what each is."""
    states = [(agent, state_of(agent, there)) for agent in agents]
    available = [agent for agent, state in states if state == State.AVAILABLE]
    return {"states": states, "available": len(available), "are_known": there is not None}
