"""The product loaded once for the stacks of many tests: they are forked from it, as the embedded stack's are.

Loading it takes longer than most tests that need its processes. A nursery is for one environment, so stacks
use the same ports again.
"""

from collections.abc import Mapping
from pathlib import Path

from pbx_messaging.embedded.children import Fork
from pbx_messaging.embedded.nursery_child import Nursery, is_possible
from pbx_messaging.processes.ports import free_port
from tests.servers import ROOT

KEPT = 4  # at most; each holds 90 MiB
LOADED_WITHIN_S = 90.0
Ports = tuple[int, int, int]

_nurseries: dict[tuple[tuple[str, str], ...], Nursery] = {}  # in the order of their last use
_free: list[Ports] = []


def fork_for(env: Mapping[str, str], folder: Path) -> Fork | None:
    """What forks processes that have this environment; None where nothing can."""
    if not is_possible():
        return None
    key = tuple(sorted(env.items()))
    nursery = _nurseries.pop(key, None)
    if nursery is None or not nursery.is_running():
        while len(_nurseries) >= KEPT:
            _nurseries.pop(next(iter(_nurseries))).kill()
        nursery = Nursery(env, folder / "nursery.log", ROOT)
        nursery.start()
        nursery.is_ready_within(LOADED_WITHIN_S)
    _nurseries[key] = nursery
    return nursery.fork


def take_ports() -> Ports:
    """Three that no other stack has."""
    return _free.pop() if _free else (free_port(), free_port(), free_port())


def give_back(ports: Ports) -> None:
    _free.append(ports)
