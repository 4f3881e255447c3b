"""What the tests of whole installations share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a demo, for all that don't mind what is in it: a start finds what the one before left.

    That may have been stopped or killed, as with people. The first start prepares it, which takes longest.
    """
    return tmp_path_factory.mktemp("demo") / "data"
