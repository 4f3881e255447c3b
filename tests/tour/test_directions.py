"""Names and words from right to left stand by themselves on every page: nothing beside them moves."""

from collections.abc import Callable

import pytest

from sessions.models import CannedReply, Message
from tests.tour.conftest import Look
from tests.tour.test_long_names import NAMES, each_once
from tests.tour.world import World

pytestmark = [
    pytest.mark.once,
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
WORDS = "שלום לכם!"
# A text node with letters that are written from right to left, in an element that is not; a field likewise.
WRONG_WAY = """() => {
  const letter = /[\\u0590-\\u08ff]/
  const alone = /\\u2068[^\\u2068\\u2069]*\\u2069/g
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const parent = text.parentElement
    if (!letter.test(text.data.replace(alone, ""))) continue
    if (parent.closest("script, style, template, .avatar")) continue
    if (!parent.checkVisibility() && !parent.closest("option")) continue
    const { direction } = getComputedStyle(parent)
    if (direction !== "rtl") found.push(parent.outerHTML.slice(0, 200))
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), textarea")) {
    if (letter.test(field.value) && getComputedStyle(field).direction !== "rtl")
      found.push(field.outerHTML.slice(0, 200))
  }
  return found
}"""


def give_names_from_right_to_left() -> None:
    for model, names in NAMES.items():
        for row in model._base_manager.all():
            values = {name: f"{WORDS} {row.pk}" for name in names if name != "email"}
            model._base_manager.filter(pk=row.pk).update(**values)
    for texts in (Message, CannedReply):
        texts._base_manager.exclude(body="").update(body=WORDS)


@pytest.mark.timeout(900)
def test_words_from_right_to_left_stand_by_themselves(world: World, visitor: Callable[..., Look]) -> None:
    shots, look = each_once(), visitor()
    for shot in {shot.who: shot for shot in shots}.values():
        look(shot)  # logged in by the name of before
    give_names_from_right_to_left()
    found = {shot.name: wrong for shot in shots if (wrong := look(shot).evaluate(WRONG_WAY))}
    assert found == {}, "\n".join(f"{name}: {one}" for name, wrong in found.items() for one in wrong)
