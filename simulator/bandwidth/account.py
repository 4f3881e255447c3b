"""The account at Bandwidth and its messaging applications: where callbacks go, as whom, and which."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from simulator.simulator import Simulator

CODE = "bandwidth"
# Constants, so that a product which is set up once keeps working after the simulator is restarted.
DEFAULT_APPLICATION = "b0a7b0a7-51a0-4000-8000-70ce70ce70ce"
_ACCOUNT, _APPLICATION = f"{CODE}:account", f"{CODE}:application:"
SITE, PEER = "13651", "540341"
TYPES = ("message-sending", "message-delivered", "message-failed")


@dataclass(slots=True)
class BandwidthAccount:
    """`rate` is in segments a second for all numbers together. An API user has its `roles`. Numbers are in
    a 10DLC campaign unless they are `unregistered`.

    A text is in the list `list_after_s` after it was taken. Callbacks that are due within `batch_s` go in
    one call; one that is not answered is repeated after `repeat_after_s`, which grows. `doubles`: every
    call is made twice, as may happen to those that come at least once.
    """

    account_id: str = "9900902"
    api_user: str = "pbx-api"
    api_password: str = "70ce" * 6
    roles: list[str] = field(default_factory=lambda: ["HTTP Messaging", "Configuration", "TFV"])
    unregistered: list[str] = field(default_factory=list)
    rate: float = 1.0
    list_after_s: float = 1.0
    batch_s: float = 0.05
    repeat_after_s: float = 5.0
    doubles: bool = False


@dataclass(slots=True)
class Application:
    """`inbound` and `outbound` are its logins, [user, password]; a location links numbers with it."""

    application_id: str
    name: str = "PBX"
    service_type: str = "Messaging-V2"
    inbound_url: str = ""
    outbound_url: str = ""
    inbound: list[str] = field(default_factory=lambda: ["", ""])
    outbound: list[str] = field(default_factory=lambda: ["", ""])
    types: list[str] = field(default_factory=lambda: list(TYPES))


Record = TypeVar("Record", BandwidthAccount, Application)


def account_of(simulator: Simulator) -> BandwidthAccount:
    return BandwidthAccount(**simulator.state.of_faces.get(_ACCOUNT, {}))


def change_account(simulator: Simulator, changes: dict[str, Any]) -> BandwidthAccount:
    """Raises `ValueError` for what an account does not have."""
    account = _changed(account_of(simulator), changes)
    simulator.state.keep_of_face(_ACCOUNT, asdict(account))
    return account


def applications(simulator: Simulator) -> list[Application]:
    """Those that were made, and one that is always there."""
    kept = simulator.state.of_faces
    known = [Application(**kept[key]) for key in kept if key.startswith(_APPLICATION)]
    if all(one.application_id != DEFAULT_APPLICATION for one in known):
        known.append(Application(DEFAULT_APPLICATION))
    return known


def application_of(simulator: Simulator, application_id: str) -> Application | None:
    return next((one for one in applications(simulator) if one.application_id == application_id), None)


def keep_application(simulator: Simulator, application: Application) -> None:
    simulator.state.keep_of_face(_APPLICATION + application.application_id, asdict(application))


def change_application(simulator: Simulator, asked: dict[str, Any]) -> Application:
    """Raises `ValueError` for what an application does not have."""
    application_id = str(asked.get("application_id", DEFAULT_APPLICATION))
    application = application_of(simulator, application_id) or Application(application_id)
    changed = _changed(application, asked)
    keep_application(simulator, changed)
    return changed


def _changed(record: Record, changes: dict[str, Any]) -> Record:
    known = {one.name: type(getattr(record, one.name)) for one in fields(record)}
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"There is no {name!r}; there are {', '.join(known)}.")
        if not isinstance(value, (int, float) if known[name] is float else known[name]):
            raise ValueError(f"{name} has the wrong type: {value!r}.")
        setattr(record, name, value)
    return record
