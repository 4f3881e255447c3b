"""`make screenshots`: every page at desktop and phone width, light and dark, into build/screenshots/."""

from collections.abc import Callable

import pytest

from tests.servers import ROOT
from tests.tour.conftest import Look
from tests.tour.pages import SHOTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
FOLDER = ROOT / "build" / "screenshots"
WIDTHS = {"desktop": (1280, 860), "phone": (390, 844)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_take_screenshots(visitor: Callable[..., Look], theme: str) -> None:
    for name, (width, height) in WIDTHS.items():
        look = visitor(width=width, height=height, dark=theme == "dark")
        for shot in SHOTS:
            page = look(shot)
            page.wait_for_load_state("load")
            page.wait_for_timeout(250)  # fonts, and the first events
            page.screenshot(path=FOLDER / f"{shot.name}-{name}-{theme}.png", animations="disabled")
