"""Names from right to left change nothing beside them, and all others stay as they are, byte for byte."""

from unicodedata import bidirectional

import pytest
from django import forms
from django.template import Context, Template
from django.utils.html import format_html
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.directions import CONTROLS, balanced, is_from_right_to_left, isolated, without_controls
from accounts.models import AuditEntry
from accounts.templatetags.auditing import sentences

LRE, RLE, PDF, LRO, RLO = "\u202a", "\u202b", "\u202c", "\u202d", "\u202e"
LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
HEBREW, ARABIC = "דנה!", "سلمى"
MIXED = st.text(
    st.sampled_from(f"ab 1!.ב\n\u2029{ARABIC[0]}٣{LRE}{RLE}{PDF}{LRO}{RLO}{LRI}{RLI}{FSI}{PDI}"), max_size=24
)


def _read(template: str, **values: object) -> str:
    return Template("{% load i18n %}" + template).render(Context(values))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{RLO}gpj.exe", "gpj.exe"),
        (f"{RLO}gpj{PDF}.exe", f"{RLO}gpj{PDF}.exe"),
        (f"{PDI * 5}a{PDF * 3}", "a"),
        (f"{FSI * 3}a{PDI}", f"{FSI}a{PDI}"),
        (f"{RLI}{RLO}a{PDI}{PDF}b", f"{RLI}a{PDI}b"),
        (f"{RLO}{FSI}a{PDF}{PDI}{PDF}b", f"{RLO}{FSI}a{PDI}{PDF}b"),
        (f"{RLI}a\nb{PDI}", "a\nb"),
        ("a", "a"),
    ],
)
def test_controls_that_are_not_closed_within_a_text_are_taken_out(text: str, shown: str) -> None:
    assert balanced(text) == shown


@given(MIXED)
@example(f"{FSI}a{PDI}b{FSI}c{PDI}")
def test_text_that_is_isolated_ends_where_it_ends(text: str) -> None:
    """Whatever is written, what stands behind it is at the level of what stands before it."""
    apart = isolated(text)
    assert isolated(apart) == apart
    assert without_controls(apart) == without_controls(text)
    assert apart in {text, balanced(text), f"{FSI}{balanced(text)}{PDI}"}
    open_isolates, embeddings = 0, [0]
    for at, one in enumerate(apart):
        kind = bidirectional(one)
        if kind in {"LRI", "RLI", "FSI"}:
            open_isolates, embeddings = open_isolates + 1, [*embeddings, 0]
        elif kind == "PDI":
            open_isolates -= 1
            assert embeddings.pop() == 0
            assert (
                open_isolates or "\n" in apart or "\u2029" in apart or at == len(apart) - 1 or apart == text
            )
        elif kind in {"LRE", "RLE", "LRO", "RLO"}:
            embeddings[-1] += 1
        elif kind == "PDF":
            embeddings[-1] -= 1
        assert open_isolates >= 0 <= embeddings[-1]
        if kind in {"R", "AL"}:
            assert open_isolates
    assert (open_isolates, embeddings) == (0, [0])


@given(st.text(max_size=30))
def test_text_without_letters_from_right_to_left_stays_as_it_is(text: str) -> None:
    turns = any(bidirectional(one) in {"R", "AL"} or one in CONTROLS for one in text)
    assert is_from_right_to_left(text) == turns
    assert (isolated(text) == text) or turns


@pytest.mark.parametrize("name", ["Zoë & Søn", "Ünal <b>", "山田", 12, "", None])
def test_templates_say_other_names_as_before(name: object) -> None:
    said = "{% blocktranslate %}Delete {{ name }}?{% endblocktranslate %}"
    assert _read(said, name=name) == _read("Delete {{ name }}?", name=name)
    assert _read("{{ name|bdi }}{{ name|isolated }}", name=name) == _read("{{ name }}{{ name }}", name=name)


def test_sentences_of_templates_isolate_names() -> None:
    said = "{% blocktranslate with who=name|upper %}{{ who }} to {{ place }}.{% endblocktranslate %}"
    shown = f"{FSI}{HEBREW}{PDI} to {FSI}&lt;{ARABIC}&gt;{PDI}."
    assert _read(said, name=HEBREW, place=f"<{ARABIC}>") == shown
    counted = (
        "{% blocktranslate count n=n %}{{ n }} of {{ name }}{% plural %}{{ n }} for {{ name }}"
        "{% endblocktranslate %}"
    )
    assert _read(counted, n=1, name=HEBREW) == f"1 of {FSI}{HEBREW}{PDI}"
    assert _read(counted, n=1234, name="Eve") == "1234 for Eve"
    markup, by = format_html("<b>{}</b>", HEBREW), "{% blocktranslate %}By {{ name }}{% endblocktranslate %}"
    assert _read(by, name=markup) == f"By {FSI}{markup}{PDI}"
    named = "{% blocktranslate asvar said %}By {{ name }}{% endblocktranslate %}[{{ said }}]"
    assert _read(named, name="&") == "[By &amp;]"


def test_filters_for_what_stands_in_a_page() -> None:
    assert _read("{{ name|bdi }}", name=f"<{HEBREW}{RLO}>") == f"<bdi>&lt;{HEBREW}&gt;</bdi>"
    assert _read('{% firstof name|bdi "–" %}', name="") == "–"
    assert _read('{% firstof name|bdi "–" %}', name=ARABIC) == f"<bdi>{ARABIC}</bdi>"
    assert _read('title="{{ name|isolated }}"', name=f'"{HEBREW}') == f'title="{FSI}&quot;{HEBREW}{PDI}"'
    assert _read("{{ name|without_controls }}", name=f"a{RLO}gpj.exe") == "agpj.exe"
    assert _read("{{ text|balanced }}", text=f"<{PDI}{RLO}") == "&lt;"


def test_lists_to_choose_from_have_each_name_in_its_own_direction() -> None:
    class Form(forms.Form):
        place = forms.ChoiceField(choices=[("1", "Sales"), ("2", HEBREW), ("3", f"7 {ARABIC}")])

    options = [line.strip() for line in str(Form()["place"]).splitlines() if "<option" in line]
    assert options == [
        '<option value="1">Sales</option>',
        f'<option value="2" dir="auto">{HEBREW}</option>',
        f'<option value="3" dir="auto">7 {ARABIC}</option>',
    ]


def test_lists_keep_their_order_and_changes_their_arrow() -> None:
    listed = "names=all|isolated_each|join:', '"
    names = f"{{% blocktranslate with {listed} %}}{{{{ names }}}} are here{{% endblocktranslate %}}"
    apart = f"{FSI}{HEBREW}{PDI}, Eve, {FSI}{ARABIC}{PDI}"
    assert _read(names, all=[HEBREW, "Eve", ARABIC]) == f"{FSI}{apart}{PDI} are here"
    entry = AuditEntry(
        kind="routing.extension",
        action=AuditEntry.Action.CHANGED,
        changes={"name": {"old": HEBREW, "new": ARABIC}, "queues": {"added": [ARABIC, "B"]}},
    )
    said = [words for _field, words in sentences(entry)]
    assert said == [f"{FSI}{HEBREW}{PDI} → {FSI}{ARABIC}{PDI}", f"added {FSI}{ARABIC}{PDI}, B"]
