"""The one-way road: an app imports only from apps to its left."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROAD = ("accounts", "routing", "channels", "sessions", "stats", "api")


def imported_by(path: Path) -> set[str]:
    """The top-level packages that a file names in its imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def sources(package: str) -> list[Path]:
    return [path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]


def test_apps_import_only_from_their_left() -> None:
    against = {
        f"{path.relative_to(ROOT)} imports {name}"
        for position, app in enumerate(ROAD)
        for path in sources(app)
        for name in imported_by(path) & set(ROAD[position + 1 :])
    }
    assert against == set()


def test_only_twilios_own_package_imports_twilio() -> None:
    own = ROOT / "channels/itsp/twilio"
    importing = {path for app in ROAD for path in sources(app) if "twilio" in imported_by(path)}
    assert importing
    assert {path for path in importing if own not in path.parents} == set()


def test_simulator_knows_nothing_of_the_product() -> None:
    foreign = {*ROAD, "pbx_messaging", "django", "celery"}
    assert {name for path in sources("simulator") for name in imported_by(path) & foreign} == set()
