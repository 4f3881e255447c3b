"""Each code that is stored has words, in every process, and is said with what its words need."""

import subprocess
import sys

import pytest
from django.utils import translation

from pbx_messaging import said
from tests import said_codes

TREES = said_codes.sources()
KINDS = said_codes.kinds(TREES)
USES = list(said_codes.uses(TREES, KINDS))


def test_there_are_codes_in_all_that_tells_a_reason() -> None:
    rooms = {".".join(name.module.split(".")[:2]) for name in KINDS}
    assert {"channels.itsp", "channels.set_up", "health.troubles", "sessions.causes"} <= rooms
    assert {"sessions.media", "sessions.receiving"} <= rooms
    assert len(KINDS) > 200


def test_every_process_knows_what_every_code_says() -> None:
    """Also one that stores none: it has set up Django, and no more."""
    program = "import django; django.setup()\nfrom pbx_messaging import said\nprint(*said.kinds())"
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert {made.code for made in KINDS.values()} - {*ran.stdout.split()} == set()


@pytest.mark.parametrize("count", [1, 2])
def test_every_code_has_words(count: int) -> None:
    """Of those that a function makes, other tests tell."""
    plain = [made for made in KINDS.values() if not made.is_made]
    stored = [said.Said(made.code, dict.fromkeys(made.params or (), count)).stored for made in plain]
    words = [said.read(one) for one in stored]
    assert [said.code_of(one) for one in words] == [made.code for made in plain]
    assert [one for one in words if not one.strip() or "%(" in one] == []


def test_code_is_plain() -> None:
    """It stands in the API, and in regular expressions."""
    odd = [made.code for made in KINDS.values() if not all(part.isalnum() for part in made.code.split("-"))]
    assert odd == []


def test_code_is_said_with_what_its_words_need() -> None:
    wrong = [
        f"{use.place}: {use.of.name}({', '.join(sorted(use.params))})"
        for use in USES
        if use.params is not None and KINDS[use.of].params not in {None, use.params}
    ]
    assert wrong == []


def test_every_code_is_used() -> None:
    assert KINDS.keys() - {use.of for use in USES} == set()


def test_finding_what_is_said_reads_its_words_in_any_language() -> None:
    kind = said.kinds()["unknown-number"]
    assert (kind.holds("HAVE"), kind.holds("number"), kind.holds("%(number)s")) == (True, True, False)
    with translation.override(None):
        assert kind.begins("This channel does not have the number +14155550199. 1 of 2 items were taken in.")
    assert not kind.begins("This channel does not have it.")
