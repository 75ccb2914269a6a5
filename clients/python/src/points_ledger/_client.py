"""The client for code without asyncio, such as Celery tasks. Any number of threads may use one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from types import TracebackType

from ._async_client import DRAIN_SECONDS, IN_FLIGHT_MAX, WAIT_SECONDS, AsyncLedgerClient
from ._command_calls import CommandCalls
from ._loop_thread import LoopThread
from ._reading_calls import PAGE_SIZE_MAX, LiveTransaction
from .commands import Command, CommandRef, Metadata, OnTimeout, Overrun
from .errors import ClientClosed
from .holds import AsyncHold
from .http import Http
from .kafka import Delivery, Kafka
from .reading import (
    Balance,
    Batch,
    GroupBy,
    NoQuote,
    Quote,
    Story,
    Transaction,
    TransactionPage,
    TransactionType,
    UsageItem,
)
from .results import Accepted, Refused, Result, Unknown


class LedgerClient(CommandCalls[Result]):
    """The same words as ``AsyncLedgerClient``, whose calls wait in the calling thread.

    It runs that client in one thread, which starts with the first call and ends with ``close()``. Open it in the
    process that uses it, after a fork.
    """

    def __init__(
        self,
        *,
        http: Http | None = None,
        kafka: Kafka | None = None,
        wait: float = WAIT_SECONDS,
        in_flight_max: int = IN_FLIGHT_MAX,
    ) -> None:
        self._client = AsyncLedgerClient(http=http, kafka=kafka, wait=wait, in_flight_max=in_flight_max)
        self._loop = LoopThread()

    def __enter__(self) -> LedgerClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self, drain: float = DRAIN_SECONDS) -> None:
        """Takes no more commands, and waits for those on their way for at most ``drain`` seconds."""
        try:
            if not self._loop.is_closed:
                # Two threads may close it: the one that comes later finds it closed.
                with suppress(ClientClosed):
                    self._loop.run(self._client.close(drain))
        finally:
            self._loop.close()

    def execute(
        self, command: Command, *, wait: float | None = None, traceparent: str | None = None
    ) -> Result:
        return self._loop.run(self._client.execute(command, wait=wait, traceparent=traceparent))

    def publish(
        self, command: Command, *, wait: float | None = None, traceparent: str | None = None
    ) -> Delivery:
        """Sends a command without waiting for its answer. The delivery tells when it has arrived.

        It waits only while the queue is full, and raises ``Overloaded`` when that lasts too long.
        """
        return self._client.publish_from_thread(command, self._loop, wait, traceparent)

    def outcome(
        self,
        command: CommandRef | Unknown | str,
        *,
        user_id: str | uuid.UUID | None = None,
        source: str | None = None,
        wait: float | None = None,
    ) -> Result:
        """Asks again for the answer to a command that was sent before, also after a restart."""
        return self._loop.run(self._client.outcome(command, user_id=user_id, source=source, wait=wait))

    def hold(
        self,
        user_id: str | uuid.UUID,
        source_type: str,
        *,
        settle_within: int,
        points: int | None = None,
        quantity: float | None = None,
        seconds: float | None = None,
        source_id: str | None = None,
        consumption_id: str | None = None,
        overrun: Overrun | None = None,
        on_timeout: OnTimeout | None = None,
        metadata: Metadata | None = None,
        keep_alive: float | None = None,
        id: str | None = None,
        task: str | None = None,
        step: str | None = None,
        wait: float | None = None,
    ) -> Hold:
        """An estimate is held while work goes on: ``with client.hold(…) as hold``."""
        hold = self._client.hold(
            user_id,
            source_type,
            settle_within=settle_within,
            points=points,
            quantity=quantity,
            seconds=seconds,
            source_id=source_id,
            consumption_id=consumption_id,
            overrun=overrun,
            on_timeout=on_timeout,
            metadata=metadata,
            keep_alive=keep_alive,
            id=id,
            task=task,
            step=step,
            wait=wait,
        )
        return Hold(hold, self._loop)

    def balance(
        self,
        user_id: str | uuid.UUID,
        *,
        at: datetime | None = None,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> Balance:
        """The balance now, or at a time. ``at_least`` is the position of a write that it must include."""
        return self._loop.run(self._client.balance(user_id, at=at, at_least=at_least, wait=wait))

    def batches(
        self, user_id: str | uuid.UUID, *, at_least: str | None = None, wait: float | None = None
    ) -> list[Batch]:
        """The batches with points left, in the order in which they will be drawn."""
        return self._loop.run(self._client.batches(user_id, at_least=at_least, wait=wait))

    def usage(
        self,
        user_id: str | uuid.UUID,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        group_by: GroupBy = "day",
        tz: str | None = None,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> list[UsageItem]:
        """What was consumed from ``start`` on and before ``end``, by day in ``tz`` or by business."""
        return self._loop.run(
            self._client.usage(
                user_id,
                start=start,
                end=end,
                group_by=group_by,
                tz=tz,
                at_least=at_least,
                wait=wait,
            )
        )

    def transaction_page(
        self,
        user_id: str | uuid.UUID,
        *,
        type: TransactionType | None = None,
        source_type: str | None = None,
        source_id: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = PAGE_SIZE_MAX,
        cursor: str | None = None,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> TransactionPage:
        """One page of the statement, newest first. The cursor carries its filters."""
        return self._loop.run(
            self._client.transaction_page(
                user_id,
                type=type,
                source_type=source_type,
                source_id=source_id,
                start=start,
                end=end,
                limit=limit,
                cursor=cursor,
                at_least=at_least,
                wait=wait,
            )
        )

    def transactions(
        self,
        user_id: str | uuid.UUID,
        *,
        type: TransactionType | None = None,
        source_type: str | None = None,
        source_id: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        page_size: int = PAGE_SIZE_MAX,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> Iterator[Transaction]:
        """The rows of the statement, newest first, read page by page as they are needed."""
        rows = self._client.transactions(
            user_id,
            type=type,
            source_type=source_type,
            source_id=source_id,
            start=start,
            end=end,
            page_size=page_size,
            at_least=at_least,
            wait=wait,
        )
        return self._loop.iterate(rows)

    def story(
        self,
        user_id: str | uuid.UUID,
        row: int | str | Transaction,
        *,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> Story:
        """Why a row exists: its event, its command, its consumption and its refunds."""
        return self._loop.run(self._client.story(user_id, row, at_least=at_least, wait=wait))

    def quote(
        self,
        source_type: str,
        *,
        quantity: float | None = None,
        seconds: float | None = None,
        user_id: str | uuid.UUID | None = None,
        wait: float | None = None,
    ) -> Quote | NoQuote:
        """What it would cost now, and whether this user could pay it."""
        return self._loop.run(
            self._client.quote(source_type, quantity=quantity, seconds=seconds, user_id=user_id, wait=wait)
        )

    def live(self, user_id: str | uuid.UUID, *, after: str | None = None) -> Iterator[LiveTransaction]:
        """New rows as they appear, each once and in order, across lost connections and expired tokens."""
        return self._loop.iterate(self._client.live(user_id, after=after))


class Hold:
    """A pre-deduction as a context manager: see ``AsyncHold``, whose calls wait here."""

    def __init__(self, hold: AsyncHold, loop: LoopThread) -> None:
        self._hold = hold
        self._loop = loop

    @property
    def user_id(self) -> str:
        return self._hold.user_id

    @property
    def consumption_id(self) -> str:
        """What settles it, also in another process."""
        return self._hold.consumption_id

    @property
    def result(self) -> Accepted:
        return self._hold.result

    @property
    def lost(self) -> Refused | None:
        """Why nothing is held any more, where prolonging it told."""
        return self._hold.lost

    @property
    def settlement(self) -> Result | None:
        """The answer to the settlement."""
        return self._hold.settlement

    def open(self) -> Result:
        """Takes the points, and returns a typed result where entering would raise."""
        return self._loop.run(self._hold.open())

    def settle(
        self,
        *,
        points: int | None = None,
        quantity: float | None = None,
        seconds: float | None = None,
        overrun: Overrun | None = None,
        metadata: Metadata | None = None,
    ) -> Result:
        """What it really cost. From here on leaving never cancels."""

        async def settle() -> Result:
            return await self._hold.settle(
                points=points,
                quantity=quantity,
                seconds=seconds,
                overrun=overrun,
                metadata=metadata,
            )

        return self._loop.run(settle())

    def extend(
        self,
        *,
        settle_within: int | None = None,
        points: int | None = None,
        quantity: float | None = None,
        seconds: float | None = None,
        metadata: Metadata | None = None,
        wait: float | None = None,
    ) -> Result:
        """More time, or more points."""
        return self._loop.run(
            self._hold.extend(
                settle_within=settle_within,
                points=points,
                quantity=quantity,
                seconds=seconds,
                metadata=metadata,
                wait=wait,
            )
        )

    def cancel(self, reason: str | None = None, *, wait: float | None = None) -> Result:
        """Gives all points back. Not once a settlement was sent."""
        return self._loop.run(self._hold.cancel(reason, wait=wait))

    def detach(self) -> None:
        """Another process settles it, by its ``consumption_id``: leaving leaves it open."""
        self._hold.detach()

    def __enter__(self) -> Hold:
        self._loop.run(self._hold.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.run(self._hold.__aexit__(kind, error, trace))
