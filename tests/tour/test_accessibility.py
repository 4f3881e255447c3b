"""No page has a serious fault for those who use a keyboard or a screen reader, as axe-core judges."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest

from tests.servers import ROOT
from tests.tour.conftest import Look
from tests.tour.pages import SHOTS

pytestmark = [
    pytest.mark.once,
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}


@pytest.mark.timeout(480)
def test_no_page_has_a_serious_fault(visitor: Callable[..., Look]) -> None:
    """By turns on a desktop in light and on a phone in dark, which spares half of the time."""
    found: list[str] = []
    looks = cycle((visitor(), visitor(width=390, height=844, dark=True)))
    for shot, look in zip(SHOTS, looks, strict=False):
        page = look(shot)
        page.evaluate(AXE.read_text())
        result: Any = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found += [
            f"{shot.name}: {fault['id']}: {node['target']}"
            for fault in result["violations"]
            if fault["impact"] in GRAVE
            for node in fault["nodes"]
        ]
    assert found == []
