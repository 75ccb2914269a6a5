"""An event loop in a thread of its own, for callers without asyncio."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from .errors import ClientClosed

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for any number of threads. The first one starts it, and ``close()`` ends it."""

    def __init__(self) -> None:
        # An iterator that nobody reads to its end is closed by the garbage collector, in any thread at any moment.
        self._lock = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._pid = os.getpid()

    @property
    def is_closed(self) -> bool:
        """In a process that was forked from its own, it is closed too."""
        return self._is_closed or os.getpid() != self._pid

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of the coroutine, which is cancelled when the caller is interrupted."""
        future = self.start(work)
        try:
            return future.result()
        except CancelledError as error:
            raise ClientClosed("the client was closed before it was answered") from error
        except BaseException:
            future.cancel()
            raise

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        with self._lock:
            try:
                loop = self._open()
            except ClientClosed:
                work.close()
                raise
            # It is there before the loop is stopped, which so ends it: nobody waits for what never runs.
            # The coroutine runs in the context of the caller, with its span.
            return asyncio.run_coroutine_threadsafe(work, loop)

    def iterate(self, items: AsyncGenerator[T, None]) -> Iterator[T]:
        """Items of an asynchronous iterator, each fetched when it is needed."""
        try:
            while True:
                try:
                    yield self.run(_next(items))
                except StopAsyncIteration:
                    return
        finally:
            if not self.is_closed:
                self.run(_end(items))

    def close(self) -> None:
        if os.getpid() != self._pid:
            # The lock may be that of a thread which this process does not have.
            return
        with self._lock:
            self._is_closed = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            if loop is None or thread is None:
                return
            loop.call_soon_threadsafe(loop.stop)
        thread.join()

    def _open(self) -> asyncio.AbstractEventLoop:
        if self._is_closed:
            raise ClientClosed("the client is closed")
        if os.getpid() != self._pid:
            raise ClientClosed("the client was opened before this process was forked: open one here")
        if self._loop is None:
            loop = self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=lambda: _run(loop), name="points-ledger-loop", daemon=True
            )
            self._thread.start()
        return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _next(items: AsyncGenerator[T, None]) -> T:
    return await items.__anext__()


async def _end(items: AsyncGenerator[T, None]) -> None:
    await items.aclose()
