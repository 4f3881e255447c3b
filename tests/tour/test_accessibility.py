"""No page has a serious fault for those who use a keyboard or a screen reader, as axe-core judges, nor in its
HTML, as html-validate does."""

from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.servers import ROOT
from tests.tour import html_judge
from tests.tour.conftest import Look
from tests.tour.pages import SHOTS, Shot

pytestmark = [
    pytest.mark.once,
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
OPENED_MOST = {
    *("login", "home", "channels", "channel", "logs", "log", "statistics", "contacts", "contact", "system"),
    *("inbox", "inbox-session", "inbox-new", "inbox-filter", "inbox-selected"),
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "shots",
    [
        pytest.param([shot for shot in SHOTS if shot.name in OPENED_MOST], id="opened most"),
        pytest.param(
            [shot for shot in SHOTS if shot.name not in OPENED_MOST], marks=pytest.mark.long, id="the others"
        ),
    ],
)
def test_no_page_has_a_serious_fault(visitor: Callable[..., Look], tmp_path: Path, shots: list[Shot]) -> None:
    """By turns on a desktop in light and on a phone in dark, which spares time; some in all four ways."""
    phone, served = {"width": 390, "height": 844}, dict[str, str]()
    ways = {
        "desktop, light": visitor(served=served),
        "phone, dark": visitor(**phone, dark=True, served=served),
        "desktop, dark": visitor(dark=True),
        "phone, light": visitor(**phone),
    }
    turns = cycle([*ways][:2])
    found: list[str] = []
    for shot in shots:
        turn = next(turns)
        for way in ways if shot.in_all_ways else [turn]:
            page = ways[way](shot)
            page.evaluate(AXE.read_text())
            result: Any = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            found += [
                f"{shot.name} ({way}): {fault['id']}: {node['target']}"
                for fault in result["violations"]
                if fault["impact"] in GRAVE
                for node in fault["nodes"]
            ]
    pages = tmp_path / "pages"
    pages.mkdir()
    assert found + html_judge.faults(served, pages) == []
