"""The pictures that documents show are those that are kept, and `make screenshots` can take each anew."""

import re

import pytest

from tests.servers import ROOT
from tests.tour.pages import SHOTS

pytestmark = pytest.mark.once

KEPT = {path.name for path in (ROOT / "docs" / "images").iterdir()}


def test_pictures_kept_are_those_that_documents_show() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    links = [
        link for one in documents for link in re.findall(r"\]\((?:docs/)?images/([^)]+)\)", one.read_text())
    ]
    assert set(links) == KEPT


def test_pictures_kept_can_be_taken_anew() -> None:
    taken = {shot.name for shot in SHOTS}
    assert [
        name for name in KEPT if re.sub(r"-(desktop|phone)-(light|dark)\.png$", "", name) not in taken
    ] == []
