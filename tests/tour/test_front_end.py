"""What is built of the libraries: all classes and icons that pages name, and no page without one."""

import re
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path

import pytest

from sessions.models import Tag
from tests.servers import ROOT
from tests.tour.conftest import Look
from tests.tour.pages import SHOTS

APPS = ("accounts", "imports", "routing", "channels", "sessions", "stats", "health", "upkeep", "api")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
ATTRIBUTE = re.compile(r'class(?:Name)?="([^"]*)"')
CLASSES_SHOWN = "[...new Set([...document.querySelectorAll('*')].flatMap((one) => [...one.classList]))]"
ICONS_LOST = """async () => {
  const uses = [...document.querySelectorAll('.bi > use')];
  const wanted = uses.map((use) => use.getAttribute('href').split('#'));
  const answers = await Promise.all([...new Set(wanted.map(([path]) => path))].map((path) => fetch(path)));
  const built = (await Promise.all(answers.map((answer) => answer.text()))).join();
  return wanted.map(([, id]) => id).filter((id) => !built.includes(`id="${id}"`));
}"""


def _selectors(css: Path) -> set[frozenset[str]]:
    """The classes that each selector asks for together."""
    text = re.sub(r"/\*.*?\*/", "", css.read_text(), flags=re.DOTALL)
    one_by_one = (one for head in re.findall(r"([^{};]+)\{", text) for one in head.split(","))
    return {frozenset(CLASS.findall(re.sub(r":not\([^)]*\)", "", one))) for one in one_by_one}


def _classes(css: Path) -> set[str]:
    return {name for selector in _selectors(css) for name in selector}


def _sources() -> Iterable[Path]:
    yield from (ROOT / "templates").rglob("*.html")
    for app in APPS:
        yield from (ROOT / app).rglob("*.py")


@pytest.fixture(scope="module")
def defined() -> set[frozenset[str]]:
    """What the libraries' whole sheets have."""
    sheets = ("@tabler/core/dist/css/tabler.css", "tom-select/dist/css/tom-select.bootstrap5.css")
    return set.union(*(_selectors(ROOT / "node_modules" / sheet) for sheet in sheets))


def _styled(names: set[str], defined: set[frozenset[str]]) -> set[str]:
    """Those of the names for which the libraries have rules that may apply."""
    return {name for selector in defined if selector <= names for name in selector}


@pytest.fixture(scope="module", params=["portal", "inbox"])
def built(request: pytest.FixtureRequest) -> set[str]:
    return _classes(ROOT / "build" / "assets" / f"{request.param}.css")


@pytest.mark.once
def test_sheets_have_every_class_that_sources_name(defined: set[frozenset[str]], built: set[str]) -> None:
    named = {
        word
        for path in _sources()
        for words in ATTRIBUTE.findall(path.read_text())
        for word in re.findall(r"[\w-]+", words)
    }
    made = {f"bg-{colour}-lt" for colour in Tag.Colour.values}
    assert sorted(_styled(named | made, defined) - built) == [], "run `make assets`"


@pytest.mark.once
def test_sheets_have_only_a_part_of_the_libraries(defined: set[frozenset[str]], built: set[str]) -> None:
    whole = set().union(*defined)
    assert len(built & whole) < len(whole) / 2


@pytest.mark.once
def test_icons_are_those_that_sources_name() -> None:
    sprite = (ROOT / "build" / "assets" / "icons.svg").read_text()
    named = {name for path in _sources() for name in re.findall(r"\bbi-[a-z0-9-]+\b", path.read_text())}
    assert sorted(named - set(re.findall(r'id="([^"]+)"', sprite))) == [], "run `make assets`"


@pytest.mark.once
@pytest.mark.browser
@pytest.mark.processes
@pytest.mark.timeout(480)
@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_no_page_shows_a_class_or_an_icon_that_is_not_built(
    visitor: Callable[..., Look], defined: set[frozenset[str]]
) -> None:
    """By turns on a desktop in light and on a phone in dark."""
    sheets = {name: _classes(ROOT / "build" / "assets" / f"{name}.css") for name in ("portal", "inbox")}
    looks = cycle((visitor(), visitor(width=390, height=844, dark=True)))
    lost: list[object] = []
    for shot, look in zip(SHOTS, looks, strict=False):
        page = look(shot)
        own = page.locator("link[rel=stylesheet]").evaluate_all("all => all.map((one) => one.href)")
        assert len(own) == 1, own
        name = "inbox" if "/inbox." in own[0] else "portal"
        lost += [
            (shot.name, one) for one in _styled(set(page.evaluate(CLASSES_SHOWN)), defined) - sheets[name]
        ]
        lost += [(shot.name, one) for one in page.evaluate(ICONS_LOST)]
    assert lost == []
