"""How an agent wants to be told, for the page's scripts."""

from django import template

from routing.models import Extension
from sessions.models import AgentSettings

register = template.Library()


@register.simple_tag
def agent_settings(agent: Extension | None) -> AgentSettings:
    return AgentSettings.of(agent)
