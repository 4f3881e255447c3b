"""What operators do, under load: `make test` runs what is marked `short`, `make ops` all, at length."""

import pytest

from tests.faults.drain import WHOLE


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones to `make ops`."""
    ours = [item for item in items if "tests/ops/" in item.nodeid]
    left = [item for item in ours if not (WHOLE or item.get_closest_marker("short"))]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]
