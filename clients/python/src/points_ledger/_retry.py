"""Deadlines, and how long to wait before the next try."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

BACKOFF_SECONDS_MIN = 0.1
BACKOFF_SECONDS_MAX = 5.0
#: A longer Retry-After is cut, so that a wrong header does not stop a service.
RETRY_AFTER_SECONDS_MAX = 60.0


class Deadline:
    """A moment of the monotonic clock at which waiting ends."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._at = now() + max(0.0, seconds)

    @property
    def left(self) -> float:
        return max(0.0, self._at - self._now())

    @property
    def is_over(self) -> bool:
        return self.left <= 0


@dataclass
class Backoff:
    """Waits that grow, each between half and the whole of its step, so that clients do not move in step."""

    seconds: float = BACKOFF_SECONDS_MIN

    def next(self, requested: float | None = None) -> float:
        step = self.seconds
        self.seconds = min(step * 2, BACKOFF_SECONDS_MAX)
        jittered = step * (0.5 + random.random() / 2)
        return jittered if requested is None else max(requested, 0.0) + jittered / 10


def retry_after(header: str | None, now: Callable[[], float] = time.time) -> float | None:
    """The seconds of a Retry-After, which may also be a date."""
    if header is None:
        return None
    text = header.strip()
    if text.isdecimal():
        return min(float(text), RETRY_AFTER_SECONDS_MAX)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = at if at.tzinfo is not None else at.replace(tzinfo=timezone.utc)
    wait = (moment - datetime.fromtimestamp(now(), timezone.utc)).total_seconds()
    return min(max(wait, 0.0), RETRY_AFTER_SECONDS_MAX)


async def pause(seconds: float, closed: asyncio.Event) -> None:
    """Ends early when the client closes, so that no call waits on behind it."""
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(closed.wait(), seconds)
