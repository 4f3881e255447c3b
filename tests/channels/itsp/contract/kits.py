"""The kit of each ITSP."""

from importlib import import_module
from importlib.util import find_spec

from channels.itsp import ITSPS
from tests.channels.itsp.contract.kit import Kit


def _module_of(code: str) -> str:
    return f"tests.channels.itsp.{code}.kit"


WITHOUT = [code for code in ITSPS if find_spec(_module_of(code)) is None]
KITS: list[Kit] = [import_module(_module_of(code)).Kit() for code in ITSPS if code not in WITHOUT]


def name_of(parameter: object) -> str:
    """Of a test's parameter."""
    return parameter.itsp.code if isinstance(parameter, Kit) else str(parameter)
