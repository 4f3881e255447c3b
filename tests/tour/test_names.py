"""Every page with names as long as its forms allow, from right to left: it does not scroll sideways, and what
stands beside a name stays where it is."""

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
    Message,
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
BEGIN, WORDS = "ש", "שלום לכם!"
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


# Letters from right to left in an element that runs the other way, or in one breath with words of ours, which
# are the only ones in small letters; isolates are right anywhere.
WRONG_WAY = """() => {
  const letter = /[\\u0590-\\u08ff]/
  const bare = text => (text ?? '').replace(/\\u2068[^\\u2068\\u2069]*\\u2069/g, '')
  const isMixed = text => letter.test(bare(text)) && /[a-z]/.test(bare(text))
  const isWrong = (one, text) =>
    letter.test(bare(text)) && (isMixed(text) || getComputedStyle(one).direction !== 'rtl')
  const found = isMixed(document.title) ? [document.querySelector('title')] : []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const one = text.parentElement
    if (one.closest('script, style, template, .avatar')) continue
    if ((one.checkVisibility() || one.closest('option')) && isWrong(one, text.data)) found.push(one)
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]), textarea'))
    if (isWrong(field, field.value)) found.push(field)
  for (const name of ['title', 'aria-label', 'placeholder', 'alt', 'hx-confirm'])
    found.push(...[...document.querySelectorAll(`[${name}]`)].filter(one => isMixed(one.getAttribute(name))))
  return found.map(one => one.outerHTML.replace(/W{9,}/g, 'W…W').replace(/\\s+/g, ' ').slice(0, 300))
}"""


def _longest(row: Model, name: str) -> str:
    limit = getattr(row._meta.get_field(name), "max_length", None)
    begin, ends = ("", f"{row.pk}@example.com") if name == "email" else (BEGIN, f"{row.pk}")
    return begin + "W" * (min(limit or LONGEST, LONGEST) - len(begin + ends)) + ends


def give_names() -> None:
    for model, names in NAMES.items():
        for row in model._base_manager.all():
            values = {name: _longest(row, name) for name in names}
            model._base_manager.filter(pk=row.pk).update(**values)
    for texts in (Message, CannedReply):
        texts._base_manager.exclude(body="").update(body=WORDS)


def each_once() -> list[Shot]:
    """Every page as it opens; what is done on one finds its way by names."""
    opened = {(shot.view, shot.who, shot.query, shot.of): shot for shot in SHOTS}
    return [replace(shot, act=lambda _page: None) for shot in opened.values()]


def _faults(page: Page, shot: Shot) -> list[str]:
    found: list[str] = []
    for name, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        for rule, script in {"too wide": SCROLLING, "wrong way": WRONG_WAY}.items():
            wrong: Any = page.evaluate(script)
            found += [f"{shot.name} ({name}), {rule}: {one}" for one in wrong]
    return found


@pytest.mark.timeout(900)
@pytest.mark.long
def test_longest_names_from_right_to_left_fit_and_move_nothing(
    world: World, visitor: Callable[..., Look]
) -> None:
    shots, look = each_once(), visitor()
    for shot in {shot.who: shot for shot in shots}.values():
        look(shot)  # logged in by the name of before
    ApiToken.objects.create(user=world.alice.user, name="x", token_hash="x", expires_at="2099-01-01T00:00Z")
    give_names()
    found = [fault for shot in shots for fault in _faults(look(shot), shot)]
    assert found == [], "\n".join(found)
