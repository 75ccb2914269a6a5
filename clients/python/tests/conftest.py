"""What the tests share."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

USER = "d4930aff-f7b8-541b-ad96-1cb0b5223736"


@pytest.fixture
def user() -> str:
    return USER


@pytest.fixture(autouse=True)
def no_thread_outlives_its_test() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert [name for name in left if name.startswith("points-ledger")] == []
