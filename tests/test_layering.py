"""The one-way road: an app imports only from apps to its left, a room only from rooms before it.

The composition roots in `pbx_messaging/` are the exception: they see all apps.
"""

import ast
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROAD = (
    "accounts",
    "imports",
    "routing",
    "channels",
    "sessions",
    "stats",
    "health",
    "upkeep",
    "retention",
    "api",
)
SEES_ALL = {"__init__", "apps", "management", "tasks", "watch"}  # of an app; its `urls…` do, too
ROOMS_OF_CHANNELS = (
    "encryption",
    "written_numbers",
    "phone_numbers",
    "senders",
    "segments",
    "itsp",
    "reasons",
    "models",
    "same_account",
    "access",
    "pacing",
    "webhook",
    "actions",
    "missed",
    "standby",
    "set_up",
    "templatetags",
    "numbers",
    "editing",
)

ROOMS_OF_SESSIONS = (
    "models",
    "tracing",
    "bulk",
    "compiled",
    "causes",
    "counts",
    "charges",
    "refused",
    "refusals",
    "events",
    "standstill",
    "nudges",
    "queries",
    "contact_form",
    "answerable",
    "opened",
    "presence",
    "search",
    "media",
    "lanes",
    "opt_outs",
    "sending",
    "receiving",
    "actions",
    "assigning",
    "contacts",
    "ending",
    "inbox",
    "logs",
    "first_text",
    "live",
    "push",
)
# What stands on the apps, and joins them; the rest of pbx_messaging/ they stand on.
COMPOSITION_ROOTS = {"asgi", "doors", "processes.gunicorn_config", "urls"}


def modules_imported_by(path: Path) -> set[str]:
    """All that a file imports, with dots: `from a import b` counts as `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported_by(path: Path) -> set[str]:
    """The top-level packages that a file names in its imports."""
    return {name.split(".")[0] for name in modules_imported_by(path)}


def sources(package: str) -> list[Path]:
    return [path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]


def rooms_imported_against_their_order(app: str, order: Sequence[str]) -> set[str]:
    """What breaks the order of an app's rooms, in words: a room imports only from those before it.

    A room is a package of the app, or a module at its root. One that has no place in the order is told, too.
    """
    rooms = {path.relative_to(ROOT / app).parts[0].removesuffix(".py") for path in sources(app)}
    ordered = {room for room in rooms if room not in SEES_ALL and not room.startswith("urls")}
    broken = {f"{app}/{room} has no place in the order" for room in ordered ^ set(order)}
    for path in sources(app):
        room = path.relative_to(ROOT / app).parts[0].removesuffix(".py")
        if room not in order:
            continue
        names = {name.split(".")[1] for name in modules_imported_by(path) if name.startswith(f"{app}.")}
        later = (names & rooms) - set(order[: order.index(room) + 1])
        broken |= {f"{path.relative_to(ROOT)} imports {app}/{name}" for name in later}
    return broken


def test_apps_import_only_from_their_left() -> None:
    against = {
        f"{path.relative_to(ROOT)} imports {name}"
        for position, app in enumerate(ROAD)
        for path in sources(app)
        for name in imported_by(path) & set(ROAD[position + 1 :])
    }
    assert against == set()


def test_rooms_of_channels_import_only_from_those_before_them() -> None:
    assert rooms_imported_against_their_order("channels", ROOMS_OF_CHANNELS) == set()


def test_rooms_of_sessions_import_only_from_those_before_them() -> None:
    assert rooms_imported_against_their_order("sessions", ROOMS_OF_SESSIONS) == set()


def test_apps_stand_on_no_composition_root_and_nothing_else_stands_on_them() -> None:
    on_roots = {
        f"{path.relative_to(ROOT)} imports {name}"
        for app in ROAD
        for path in sources(app)
        for name in modules_imported_by(path)
        if name.startswith("pbx_messaging.") and is_composition_root(name.removeprefix("pbx_messaging."))
    }
    on_apps = {
        module
        for path in sources("pbx_messaging")
        if imported_by(path) & set(ROAD)
        and not is_composition_root(module := module_of(path).removeprefix("pbx_messaging."))
    }
    assert (on_roots, on_apps) == (set(), set())


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def is_composition_root(name: str) -> bool:
    """`name`: of a module of pbx_messaging or of what is in one, with dots."""
    return any(f"{name}.".startswith(f"{root}.") for root in COMPOSITION_ROOTS)


def test_only_twilios_own_package_imports_twilio() -> None:
    own = ROOT / "channels/itsp/twilio"
    importing = {path for app in ROAD for path in sources(app) if "twilio" in imported_by(path)}
    assert importing
    assert {path for path in importing if own not in path.parents} == set()


def test_no_process_imports_telnyxs_package() -> None:
    """It takes seconds and a hundred megabytes; only tests ask it."""
    everything = [*ROAD, "pbx_messaging", "simulator"]
    assert [path for app in everything for path in sources(app) if "telnyx" in imported_by(path)] == []


def test_simulator_knows_nothing_of_the_product() -> None:
    foreign = {*ROAD, "pbx_messaging", "django", "celery"}
    assert {name for path in sources("simulator") for name in imported_by(path) & foreign} == set()
