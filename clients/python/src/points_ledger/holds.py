"""Pre-deductions that can not leak: the points of work whose cost is not known yet."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, TypeVar

from . import commands
from ._retry import Backoff, Deadline
from .commands import Command, CommandId, Metadata, OnTimeout, Overrun
from .errors import ClientClosed, InvalidCommand, LedgerError, NotAllowed
from .results import Accepted, Refused, Result, Unknown

T = TypeVar("T")

_log = logging.getLogger("points_ledger")

#: How long a settlement is repeated before it is left to be resumed.
SETTLE_SECONDS_MAX = 60.0
#: How long leaving waits for the answer to its cancellation.
_CANCEL_SECONDS_MAX = 10.0
#: A hold is prolonged when this part of its time is over.
_EXTEND_AFTER = 1 / 3
#: Refusals after which no extension can succeed, and nothing is held any more.
_LOST = ("ConsumptionTimedOut", "ConsumptionClosed", "UnknownConsumption")


class HoldingClient(Protocol):
    """What a hold needs of the client."""

    async def source(self) -> str: ...

    async def execute(self, command: Command, *, wait: float | None = None) -> Result: ...

    async def execute_to_the_end(self, command: Command, wait: float) -> Result:
        """Also while the client closes."""
        ...

    def in_background(self, work: Awaitable[T]) -> asyncio.Task[T]:
        """A task that closing the client waits for."""
        ...

    async def pause(self, seconds: float) -> None:
        """Ends early when the client does."""
        ...


@dataclass(frozen=True)
class HoldTerms:
    """What is held, and for how long."""

    user_id: str
    source_type: str
    settle_within: int
    points: int | None = None
    quantity: float | None = None
    seconds: float | None = None
    source_id: str | None = None
    consumption_id: str | None = None
    overrun: Overrun | None = None
    on_timeout: OnTimeout | None = None
    metadata: Metadata | None = None
    #: For how many seconds in all the hold is prolonged while its block runs; None: it is not.
    keep_alive: float | None = None
    wait: float = 10.0
    name: CommandId = field(default_factory=CommandId)


class AsyncHold:
    """A pre-deduction, as a context manager.

    Entering takes the points, or raises ``CommandRefused`` or ``OutcomeUnknown``, so that the block never runs
    without them. Leaving without a settlement, by an exception or not, cancels the pre-deduction. Once ``settle``
    was called, leaving waits for its answer and never cancels. A process that is killed leaves it to its time-out.

    ``open()`` before ``async with`` takes the points and returns a typed result instead of raising.
    """

    def __init__(self, client: HoldingClient, terms: HoldTerms) -> None:
        self._client = client
        self._terms = terms
        self._command: Command | None = None
        self._opened: Accepted | None = None
        self._consumption_id = terms.consumption_id
        self._settling: asyncio.Task[Result] | None = None
        self._refusals = 0
        self._extensions = 0
        self._keeping_alive: asyncio.Task[None] | None = None
        self._is_detached = False
        self._lost: Refused | None = None

    @property
    def user_id(self) -> str:
        return self._terms.user_id

    @property
    def consumption_id(self) -> str:
        """What settles it, also in another process. By itself it is the id of the command."""
        if self._consumption_id is None:
            raise LedgerError("the hold is not open")
        return self._consumption_id

    @property
    def result(self) -> Accepted:
        if self._opened is None:
            raise LedgerError("the hold is not open")
        return self._opened

    @property
    def lost(self) -> Refused | None:
        """Why nothing is held any more, where prolonging it told: it was closed, or has timed out."""
        return self._lost

    @property
    def settlement(self) -> Result | None:
        """The answer to the settlement; None: none was sent, or its answer is not there yet."""
        task = self._settling
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result()

    async def open(self) -> Result:
        """Takes the points. After a restart of the process the same task finds its hold again."""
        if self._opened is not None:
            return self._opened
        terms = self._terms
        # A random id is drawn once, so that calling open() again repeats the command.
        self._command = self._command or self._hold_command(await self._client.source())
        result = await self._client.execute(self._command, wait=terms.wait)
        if isinstance(result, Accepted) and result.replayed:
            refused = await self._why_it_is_over()
            if refused is not None:
                return refused
        if isinstance(result, Accepted):
            self._opened = result
            self._consumption_id = result.consumption_id or self._consumption_id
        return result

    def settle(
        self,
        *,
        points: int | None = None,
        quantity: float | None = None,
        seconds: float | None = None,
        overrun: Overrun | None = None,
        metadata: Metadata | None = None,
        name: CommandId | None = None,
    ) -> asyncio.Future[Result]:
        """What it really cost. It is sent at once; awaiting it gives the answer, and so does leaving.

        From here on leaving never cancels. Where no answer comes, the same message is repeated for a minute, and
        the result is ``Unknown``, to be resumed by ``client.outcome``. One that was refused, or not taken at all, may
        be followed by another one.
        """
        if self._settling is not None and (not self._settling.done() or isinstance(self.settlement, Accepted)):
            raise LedgerError("a settlement was sent already")
        if isinstance(self.settlement, Refused):
            self._refusals += 1
        command = commands.settle(
            self.user_id,
            self.consumption_id,
            points=points,
            quantity=quantity,
            seconds=seconds,
            overrun=overrun,
            metadata=metadata,
            # A refused id stays refused; an unknown one is repeated.
            name=name or CommandId(step=str(self._refusals + 1) if self._refusals > 0 else None),
        )
        self._settling = self._client.in_background(self._settle(command))
        # Who stops to wait for the answer does not stop the settlement.
        return asyncio.shield(self._settling)

    async def extend(
        self,
        *,
        settle_within: int | None = None,
        points: int | None = None,
        quantity: float | None = None,
        seconds: float | None = None,
        metadata: Metadata | None = None,
        name: CommandId | None = None,
        wait: float | None = None,
    ) -> Result:
        """More time, or more points. Without a name each call is one more extension.

        Those of time alone are told apart by the time; those of points by their count, so that work that is begun
        again holds them once.
        """
        more = (points, quantity, seconds, metadata, name)
        if settle_within is not None and all(value is None for value in more):
            return await self._prolong(settle_within, self._wait(wait))
        self._extensions += 1
        command = commands.extend(
            self.user_id,
            self.consumption_id,
            settle_within=settle_within,
            points=points,
            quantity=quantity,
            seconds=seconds,
            metadata=metadata,
            name=name or CommandId(step=str(self._extensions)),
        )
        return await self._client.execute_to_the_end(command, self._wait(wait))

    async def cancel(self, reason: str | None = None, *, wait: float | None = None) -> Result:
        """Gives all points back. Not once a settlement was sent: that would refund settled work."""
        if self._settling is not None:
            raise LedgerError("a settlement was sent: refund what was settled instead")
        return await self._cancel(reason, self._wait(wait))

    def detach(self) -> None:
        """Another process settles it, by its ``consumption_id``: leaving leaves it open."""
        self._is_detached = True

    async def __aenter__(self) -> AsyncHold:
        opening = self._client.in_background(self.open())
        try:
            result = await asyncio.shield(opening)
        except asyncio.CancelledError:
            # The block does not run, so that nobody will leave it.
            self._client.in_background(self._cancel_once_open(opening))
            raise
        result.require()
        if self._terms.keep_alive is not None:
            self._keeping_alive = asyncio.create_task(self._keep_alive(self._terms.keep_alive))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Nothing is awaited before the end has begun: whoever cancels this may do so again and again.
        if self._keeping_alive is not None:
            self._keeping_alive.cancel()
        if self._settling is not None:
            await self._finish_settlement(self._settling, has_failed=error is not None)
        elif self._is_detached:
            return
        else:
            await self._cancel_on_leaving()

    def _hold_command(self, source: str) -> Command:
        """The consumption has a name, so that it can be settled before its outcome is known, and elsewhere."""
        terms = self._terms
        first = self._consume_command(terms.consumption_id, terms.name)
        name = CommandId(first.sent_by(source).id)
        self._consumption_id = terms.consumption_id or name.id
        return self._consume_command(self._consumption_id, name)

    def _consume_command(self, consumption_id: str | None, name: CommandId) -> Command:
        terms = self._terms
        return commands.consume(
            terms.user_id,
            terms.source_type,
            points=terms.points,
            quantity=terms.quantity,
            seconds=terms.seconds,
            source_id=terms.source_id,
            consumption_id=consumption_id,
            settle_within=terms.settle_within,
            overrun=terms.overrun,
            on_timeout=terms.on_timeout,
            metadata=terms.metadata,
            name=name,
        )

    async def _why_it_is_over(self) -> Refused | None:
        """A repeat says what was true at first: prolonging tells whether the hold is still open."""
        try:
            result = await self._prolong(self._terms.settle_within, self._terms.wait)
        except (InvalidCommand, NotAllowed):
            # Rules 1 prolong nothing, and a sender may lack the right to: nobody can tell.
            return None
        return result if isinstance(result, Refused) and result.code in _LOST else None

    async def _prolong(self, settle_within: int, wait: float) -> Result:
        # The time tells extensions apart, those of a process before this one too. They move no points. In
        # milliseconds: one that repeats another is answered by what was true then, and it may be closed since.
        name = CommandId(step=f"{settle_within} s at {time.time_ns() // 1_000_000} ms")
        command = commands.extend(self.user_id, self.consumption_id, settle_within=settle_within, name=name)
        return await self._client.execute_to_the_end(command, wait)

    async def _keep_alive(self, seconds_max: float) -> None:
        deadline = Deadline(seconds_max)
        every = self._terms.settle_within * _EXTEND_AFTER
        while deadline.left > every:
            await asyncio.sleep(every)
            settle_within = min(self._terms.settle_within, int(deadline.left))
            if settle_within < 1:
                return
            try:
                result = await self._prolong(settle_within, every)
            except LedgerError as error:
                _log.warning("a hold could not be prolonged", extra={"error": str(error)})
                continue
            if isinstance(result, Refused):
                self._refused_to_prolong(result)
                return

    def _refused_to_prolong(self, result: Refused) -> None:
        extra = {"consumption_id": self.consumption_id, "code": result.code}
        if result.code in _LOST:
            self._lost = result
            _log.error("a hold is lost while its work goes on", extra=extra)
        else:
            _log.warning("a hold is prolonged no longer, and times out", extra=extra)

    async def _settle(self, command: Command) -> Result:
        """Finished work must be booked: it is repeated for longer than another call."""
        deadline, backoff = Deadline(SETTLE_SECONDS_MAX), Backoff()
        unknown: Result | None = None
        while True:
            wait = min(self._terms.wait, max(deadline.left, 0.1))
            try:
                result = await self._client.execute_to_the_end(command, wait)
            except (InvalidCommand, NotAllowed):
                raise
            except ClientClosed:
                if unknown is None:
                    raise
                return unknown
            except LedgerError as error:
                _log.warning("a settlement is sent again", extra={"error": str(error)})
                if deadline.is_over:
                    raise
            else:
                if not isinstance(result, Unknown) or deadline.is_over:
                    return result
                unknown = result
            await self._client.pause(min(backoff.next(), deadline.left))

    async def _finish_settlement(self, task: asyncio.Task[Result], *, has_failed: bool) -> None:
        """When this is cancelled, the settlement goes on: closing the client waits for it."""
        try:
            result = await asyncio.shield(task)
        except LedgerError as error:
            # The exception of the block is not hidden behind this one.
            if not has_failed:
                raise
            _log.error("a settlement failed", extra={"error": str(error)})
            return
        if not isinstance(result, Accepted):
            _log.error(
                "a settlement was not accepted",
                extra={"consumption_id": self.consumption_id, "result": type(result).__name__},
            )

    async def _cancel_on_leaving(self) -> None:
        task = self._client.in_background(self._cancel(None, _CANCEL_SECONDS_MAX))
        try:
            result = await asyncio.shield(task)
        except LedgerError as error:
            _log.error("a hold was not cancelled: it times out", extra={"error": str(error)})
            return
        if not isinstance(result, Accepted):
            _log.error(
                "a hold was not cancelled: it times out",
                extra={"consumption_id": self.consumption_id, "result": type(result).__name__},
            )

    async def _cancel_once_open(self, opening: asyncio.Task[Result]) -> None:
        """Also where the outcome is unknown: nobody waits for it any more."""
        try:
            result = await opening
        except LedgerError as error:
            _log.error("a hold was not opened", extra={"error": str(error)})
            return
        if not isinstance(result, Refused):
            await self._cancel_on_leaving()

    async def _cancel(self, reason: str | None, wait: float) -> Result:
        of, name = (self.user_id, self.consumption_id), CommandId(step="cancel")
        # One that was found again may be settled meanwhile by the process that opened it. A refund would return
        # that, and a settlement at nothing is refused.
        command = (
            commands.settle(*of, points=0, name=name)
            if self._opened is not None and self._opened.replayed
            else commands.refund(*of, reason=reason, name=name)
        )
        return await self._client.execute_to_the_end(command, wait)

    def _wait(self, wait: float | None) -> float:
        return self._terms.wait if wait is None else wait
