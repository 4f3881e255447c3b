"""Nobody reads “1 files”: what counts a noun has both its forms, by `ngettext`, or says the number last."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = (
    "accounts",
    "api",
    "channels",
    "health",
    "upkeep",
    "imports",
    "pbx_messaging",
    "retention",
    "routing",
    "sessions",
    "simulator",
    "stats",
)
COUNTED = {"ngettext", "ngettext_lazy", "npgettext"}  # these know both forms

VERBS = "answers|belongs|comes|ends|exists|gets|leads|loses|makes|means|needs|says|seems|takes|waits"
NO_NOUNS = rf"(?!(?:{VERBS}|as|does|has|is|its|ms|this|us|was)\b)"
# A placeholder, and up to two words of which the last ends as those for many do.
MANY = rf" (?:(?!(?:and|at|by|for|from|in|of|on|or|to|with) )[a-z]+ )?{NO_NOUNS}[a-z]{{2,}}[^su\W]s\b"
IN_PYTHON = re.compile(rf"(?:%(?:\(\w+\))?[ds]|\{{\w*(?:\(\))?\}}){MANY}")
IN_TEMPLATES = re.compile(rf"\}}\}}(?:</\w+>)?{MANY}")
BLOCKS = re.compile(r"(?s)\{% blocktranslate [^%]*?\bcount .*?\{% endblocktranslate %\}|\{#.*?#\}")
NEVER_ONE = {
    "retention/forms.py": ["%(limit_value)s days"],  # two at least  # a limit, or some of several
    "health/words.py": ["%(count)s tasks"],
    "imports/words.py": ["%(most)s rows", "%(most)s columns"],
    "pbx_messaging/required.py": ["{} characters"],
    "sessions/contacts/words.py": ["%(most)s characters"],
    "sessions/contacts/settings_forms.py": ["%s fields", "%s choices", "%s characters", "%s links"],
    "sessions/inbox/list_views.py": ["%(most)d views", "%(limit_value)d characters"],
    "sessions/receiving/reasons.py": ["%(count)s items"],
    "templates/sessions/contacts/_fields_card.html": ["}} fields"],
}


def words_without_count(source: str) -> Iterator[str]:
    """The strings of a Python file that are the only form of what they say."""
    tree = ast.parse(source)
    known = {
        id(part)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in COUNTED
        for argument in call.args
        for part in ast.walk(argument)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in known:
            yield node.value


def faults_of_python(source: str) -> list[str]:
    return [found.group() for text in words_without_count(source) for found in IN_PYTHON.finditer(text)]


def faults_of_template(source: str) -> list[str]:
    return [found.group() for found in IN_TEMPLATES.finditer(BLOCKS.sub("", source))]


def test_code_counts_by_both_forms() -> None:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    found = {str(path.relative_to(ROOT)): faults_of_python(path.read_text()) for path in files}
    assert {path: faults for path, faults in found.items() if faults != NEVER_ONE.get(path, [])} == {}


def test_templates_count_by_both_forms() -> None:
    files = [path for suffix in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{suffix}")]
    found = {str(path.relative_to(ROOT)): faults_of_template(path.read_text()) for path in files}
    assert {path: faults for path, faults in found.items() if faults != NEVER_ONE.get(path, [])} == {}


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ('_("Tried %(n)d times.") % x', 1),
        ('_("At most %s long files.")', 1),
        ('logger.info("%d texts wait", n)', 1),
        ('f"{n} numbers"', 1),
        ('ngettext("%(n)d file", "%(n)d files", n)', 0),
        ('_("“%s” has no number.")', 0),
        ('_("Texts that wait: %d")', 0),
        ('_("%s is busy")', 0),
    ],
)
def test_rule_tells_what_it_should(source: str, faults: int) -> None:
    assert len(faults_of_python(source)) == faults


def test_rule_tells_templates_apart() -> None:
    right = "{% blocktranslate count n=n %}{{ n }} file{% plural %}{{ n }} files{% endblocktranslate %}"
    assert faults_of_template(right) == []
    assert len(faults_of_template("<b>{{ n }}</b> files, {{ n }} new texts")) == 2
