"""The ITSPs as a newcomer meets them."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from channels.itsp import ITSPS
from channels.itsp.base import Itsp
from channels.set_up.checklist import needed_by

register = template.Library()


@register.inclusion_tag("channels/_itsps.html")
def itsps() -> dict[str, Any]:
    return {"itsps": [_told(itsp) for itsp in ITSPS.values()]}


def _told(itsp: Itsp) -> dict[str, Any]:
    """With its own words, or those that fit all."""
    return {
        "itsp": itsp,
        "needed": needed_by(itsp),
        "templates": (f"channels/itsp/{itsp.code}/first_steps.html", "channels/_first_steps_of_itsp.html"),
        "add": _("Add a channel at %(itsp)s") % {"itsp": itsp.name},
    }
