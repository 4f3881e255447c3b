"""No page and no table scrolls sideways, however long the names are that its forms allow."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db.models import Model
from playwright.sync_api import Page

from accounts.models import ApiToken, User
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions.models import (
    CannedReply,
    Contact,
    ContactField,
    ContactLink,
    ContactValue,
    SavedView,
    Tag,
)
from tests.tour.conftest import Look
from tests.tour.pages import SHOTS, Shot
from tests.tour.world import World

pytestmark = [
    pytest.mark.once,
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
NAMES: dict[type[Model], tuple[str, ...]] = {
    User: ("username", "first_name", "last_name", "email"),
    ApiToken: ("name",),
    Channel: ("name",),
    Extension: ("name",),
    MessageQueue: ("name",),
    Tag: ("name",),
    Contact: ("name",),
    ContactField: ("name",),
    ContactLink: ("label",),
    ContactValue: ("value",),
    CannedReply: ("shortcut",),
    SavedView: ("name",),
}
LONGEST = 255  # of what has no limit in the database
SCREENS = {"desktop": (1280, 860), "phone": (390, 844)}
SCROLLING = """() => {
  const page = document.scrollingElement
  const wide = page.scrollWidth > innerWidth + 1 ? [`the page: ${page.scrollWidth}`] : []
  for (const one of document.querySelectorAll('main *')) {
    const scrolls = ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)
    if (scrolls && !one.matches('pre, .period-filter') && one.clientWidth &&
        one.scrollWidth > one.clientWidth + 1)
      wide.push(`${one.localName}.${one.className}: ${one.scrollWidth} in ${one.clientWidth}`)
  }
  if (wide.length) {
    const ends = [...document.querySelectorAll('body *')].filter(one =>
      !one.children.length && one.getBoundingClientRect().right > innerWidth + 1)
    const named = one => `${one.localName}.${one.className}`
    wide.push(...ends.slice(0, 2).map(one => `${named(one)} in ${named(one.parentElement)}`))
  }
  return wide
}"""


def _longest(row: Model, name: str) -> str:
    limit = getattr(row._meta.get_field(name), "max_length", None)
    ends = f"{row.pk}@example.com" if name == "email" else f"{row.pk}"
    return "W" * (min(limit or LONGEST, LONGEST) - len(ends)) + ends


def give_longest_names() -> None:
    for model, names in NAMES.items():
        for row in model._base_manager.all():
            values = {name: _longest(row, name) for name in names}
            model._base_manager.filter(pk=row.pk).update(**values)


def each_once() -> list[Shot]:
    """Every page as it opens; what is done on one finds its way by names."""
    opened = {(shot.view, shot.who, shot.query, shot.of): shot for shot in SHOTS}
    return [replace(shot, act=lambda _page: None) for shot in opened.values()]


def _too_wide(page: Page, shot: Shot) -> list[str]:
    found: list[str] = []
    for name, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        wide: Any = page.evaluate(SCROLLING)
        found += [f"{shot.name} ({name}): {one}" for one in wide]
    return found


@pytest.mark.timeout(900)
def test_no_page_scrolls_sideways_with_the_longest_names(world: World, visitor: Callable[..., Look]) -> None:
    shots, look = each_once(), visitor()
    for shot in {shot.who: shot for shot in shots}.values():
        look(shot)  # logged in by the name of before
    ApiToken.objects.create(user=world.alice.user, name="x", token_hash="x", expires_at="2099-01-01T00:00Z")
    give_longest_names()
    found = [fault for shot in shots for fault in _too_wide(look(shot), shot)]
    assert found == [], "\n".join(found)
