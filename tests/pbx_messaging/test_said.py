"""Words that are stored as a code, and made when they are shown."""

import copy
import json

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy, ngettext_lazy

from pbx_messaging.said import Kind, Said, SaidField, as_json, code_of, from_json, joined, parts_of, read
from tests.languages import made_up

HELD = Kind("test-held", gettext_lazy("Taken back by %(agent)s."))
WAITED = Kind("test-waited", ngettext_lazy("%(hours)s hour", "%(hours)s hours", "hours"))
AFTER = Kind("test-after", gettext_lazy("After all: %(reason)s"))
PLAIN = Kind("test-plain", gettext_lazy("The contact opted out before it was sent."))


@pytest.mark.parametrize(
    "words", [HELD(agent='Ada "B" {x} 100 % é'), WAITED(hours=1), WAITED(hours=7), PLAIN()]
)
def test_what_is_said_is_stored_by_its_code_and_read_again(words: Said) -> None:
    again = read(words.stored)
    assert isinstance(again, Said)
    assert (again, again.code, again.params) == (str(words), words.code, words.params)
    for one in (copy.copy(words), copy.deepcopy(words)):
        assert (one, one.stored) == (words, words.stored)


def test_words_are_in_the_language_of_whoever_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, "nl")
    stored = WAITED(hours=7).stored
    read_before = read(stored)
    with translation.override("nl"):
        assert str(read(stored)) == "[7 hours]"
        assert f"{read_before!s}, {read_before!s}, %s" % read_before == "[7 hours], [7 hours], [7 hours]"
        assert WAITED(hours=7).stored == stored
    assert read_before == "7 hours"


@pytest.mark.parametrize("stored", ['{"said":broken', '{"said":', "Plain words.", "{}"])
def test_words_that_were_stored_as_they_are_stay_so(stored: str) -> None:
    assert (read(stored), code_of(read(stored))) == (stored, "")


def test_code_of_a_later_version_shows_what_is_known() -> None:
    assert read('{"said":"of-a-later-version","agent":"Ada"}') == "of-a-later-version, Ada"


def test_code_is_said_by_one_kind_only() -> None:
    with pytest.raises(ValueError, match="test-plain"):
        Kind("test-plain", gettext_lazy("Something else"))


def test_what_is_said_may_be_in_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, "nl")
    words = AFTER(reason=joined([WAITED(hours=7), "Plain.", "", PLAIN()]))
    assert words.stored == (
        '{"said":"test-after","reason":{"said":"joined","parts":[{"said":"test-waited","hours":7},"Plain.",'
        '{"said":"test-plain"}],"by":" "}}'
    )
    again = read(words.stored)
    assert again == words == "After all: 7 hours Plain. The contact opted out before it was sent."
    with translation.override("nl"):
        told = "[After all: [7 hours] Plain. [The contact opted out before it was sent.]]"
        assert (str(again), str(words)) == (told, told)


def test_what_is_joined_is_told_apart_again() -> None:
    both = joined([PLAIN(), WAITED(hours=1)])
    assert isinstance(both, Said)
    assert [code_of(part) for part in parts_of(read(both.stored))] == ["test-plain", "test-waited"]
    assert (joined(["", ""]), joined(["Plain."]), parts_of("Plain.")) == ("", "Plain.", ["Plain."])
    assert code_of(joined([PLAIN(), ""])) == "test-plain"


def test_values_keep_what_is_said_among_them(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch, "nl")
    values = {"label": "Main", "why": [PLAIN(), 7, None, {"more": WAITED(hours=1)}]}
    again = from_json(json.loads(json.dumps(as_json(values))))
    assert again == values
    with translation.override("nl"):
        assert str(again["why"][3]["more"]) == "[1 hour]"


@pytest.mark.parametrize(
    "stored", ['{"said":"test-held","by":"Ada"}', '{"said":["x"]}', '{"said":"joined","parts":7,"by":" "}']
)
def test_what_can_t_be_said_any_more_is_shown_as_it_is(stored: str) -> None:
    assert read(stored) == stored


def test_words_of_an_outsider_s_are_not_stored_as_a_code() -> None:
    field = SaidField()
    stored = field.get_prep_value(PLAIN().stored)
    again = field.from_db_value(stored)
    assert (again, isinstance(again, Said)) == (f" {PLAIN().stored}", False)
    assert field.get_prep_value(PLAIN()) == PLAIN().stored
