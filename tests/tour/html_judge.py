"""Has html-validate judge pages as the server sends them."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.servers import ROOT

JUDGES = ROOT / "tests" / "judges" / "node_modules"
RULES: Mapping[str, object] = {
    "no-trailing-whitespace": "off",  # templates leave blanks where nothing is shown
    "void-style": "off",
    "prefer-native-element": "off",  # listboxes that search, and headings' levels that depend on the place
    "autocomplete-password": "off",  # an ITSP's token is no password of a person
    "aria-label-misuse": ["error", {"allowAnyNamable": True}],
    "form-dup-name": "off",  # the rows of a table, each with its button in one form
    "long-title": "off",  # names are as long as people make them
}


HINDERED = {"queue-delete"}  # what can't be deleted yet has no button for it: nothing is sent from there


def faults(pages: Mapping[str, str], folder: Path) -> list[str]:
    """`page:line: rule: words` of each. The pages are written into the folder."""
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html)
    config = {"root": True, "extends": ["html-validate:recommended"], "rules": RULES}
    (folder / ".htmlvalidate.json").write_text(json.dumps(config))
    env = {**os.environ, "PATH": os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])}
    command = [str(JUDGES / ".bin" / "html-validate"), "--formatter", "json=faults.json", "*.html"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return [
        f"{Path(page['filePath']).stem}:{one['line']}: {one['ruleId']}: {one['message']}"
        for page in json.loads((folder / "faults.json").read_text())
        for one in page["messages"]
        if (one["ruleId"], Path(page["filePath"]).stem) not in {("wcag/h32", name) for name in HINDERED}
    ]
