"""The client for asyncio."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Coroutine
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, TypeVar

from ._command_calls import CommandCalls
from ._kafka_commands import KafkaCommands
from ._loop_thread import LoopThread
from ._reading_calls import ReadingCalls
from ._retry import Deadline, pause
from ._tracing import command_span, current_traceparent
from .commands import (
    Command,
    CommandId,
    CommandRef,
    Metadata,
    OnTimeout,
    Overrun,
    SentCommand,
    checked_user_id,
)
from .errors import ClientClosed, LedgerError, Overloaded, Unavailable
from .holds import AsyncHold, HoldTerms
from .http import Http, HttpApi
from .kafka import Delivery, Kafka
from .results import Result, Unknown

T = TypeVar("T")

_log = logging.getLogger("points_ledger")

WAIT_SECONDS = 30.0
#: Commands whose answer is not known that are kept, so that they can be resumed by their id.
UNRESOLVED_MAX = 10_000
IN_FLIGHT_MAX = 1_000
DRAIN_SECONDS = 10.0
_FLUSH_SECONDS_MIN = 1.0


class AsyncLedgerClient(CommandCalls[Coroutine[Any, Any, Result]], ReadingCalls):
    """Commands, holds and reading, for asyncio. One is enough for a process, and belongs to one event loop.

    Commands go over Kafka where ``kafka`` is given, else over HTTP. Reading, quotes and outcomes from before a
    restart need ``http``. A command is waited for at most ``wait`` seconds; then its result is ``Unknown``.
    Where ``in_flight_max`` calls wait, the next ones wait for their turn.
    """

    def __init__(
        self,
        *,
        http: Http | None = None,
        kafka: Kafka | None = None,
        wait: float = WAIT_SECONDS,
        in_flight_max: int = IN_FLIGHT_MAX,
    ) -> None:
        if http is None and kafka is None:
            raise ValueError("give http, kafka or both")
        self._wait = wait
        self._http = None if http is None else HttpApi(http)
        self._kafka = None if kafka is None else KafkaCommands(kafka)
        self._in_flight_max = in_flight_max
        self._in_flight = asyncio.Semaphore(in_flight_max)
        #: Of commands that are published over HTTP, and the last one of each user.
        self._publishing = asyncio.Semaphore(in_flight_max)
        self._last_published: dict[str, asyncio.Task[None]] = {}
        self._calls: set[asyncio.Future[Any]] = set()
        self._unresolved: OrderedDict[tuple[str, str, str], SentCommand] = OrderedDict()
        self._is_closed = False
        self._ended = asyncio.Event()
        self._pid = os.getpid()

    async def __aenter__(self) -> AsyncLedgerClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self, drain: float = DRAIN_SECONDS) -> None:
        """Takes no more commands, and waits for those on their way for at most ``drain`` seconds."""
        self._is_closed = True
        if os.getpid() != self._pid:
            # Its connections and threads are those of the process that this one was forked from.
            return
        deadline = Deadline(drain)
        try:
            while self._calls and not deadline.is_over:
                await asyncio.wait(self._calls, timeout=deadline.left)
        finally:
            # Also where this is cancelled, so that no thread outlives it.
            await self._end(max(deadline.left, _FLUSH_SECONDS_MIN))

    async def _end(self, seconds: float) -> None:
        self._ended.set()
        if self._calls:
            _log.error("calls were not answered before closing", extra={"count": len(self._calls)})
        if self._kafka is not None:
            await self._kafka.close(seconds)
        if self._http is not None:
            await self._http.close()
        # What still waited ends now with an unknown outcome.
        if self._calls:
            await asyncio.wait(self._calls, timeout=_FLUSH_SECONDS_MIN)
        for call in list(self._calls):
            call.cancel()

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
    ) -> AsyncHold:
        """An estimate is held while work goes on: ``async with client.hold(…) as hold``.

        ``task`` finds the same hold again after a restart. A hold that was cancelled stays so: a new try of the
        same task names another ``step``.
        """
        return AsyncHold(
            self,
            HoldTerms(
                user_id=checked_user_id(user_id),
                source_type=source_type,
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
                wait=self._wait if wait is None else wait,
                name=CommandId(id, task, step),
            ),
        )

    async def execute(
        self, command: Command, *, wait: float | None = None, traceparent: str | None = None
    ) -> Result:
        """Sends any command and waits for its answer."""
        self._check_open()
        return await self._execute(command, self._deadline(wait), traceparent)

    async def publish(
        self, command: Command, *, wait: float | None = None, traceparent: str | None = None
    ) -> asyncio.Future[None]:
        """Sends a command without waiting for its answer. The future tells when it has arrived.

        It waits only while the queue is full, and raises ``Overloaded`` when that lasts too long. The commands of
        a user arrive in their order.
        """
        self._check_open()
        deadline = self._deadline(wait)
        if self._kafka is None:
            return await self._publish_over_http(command, deadline, traceparent)
        sent = command.sent_by(self._kafka.source)
        traceparent = traceparent or current_traceparent()
        while True:
            try:
                return self._kafka.publish_in_loop(sent, traceparent)
            except Overloaded:
                if deadline.is_over:
                    raise
                await self._kafka.wait_for_space(deadline)

    async def outcome(
        self,
        command: CommandRef | Unknown | str,
        *,
        user_id: str | uuid.UUID | None = None,
        source: str | None = None,
        wait: float | None = None,
    ) -> Result:
        """The answer to a command that was sent before, by this process or another.

        A command of this process is sent again, which is safe; any other is looked up as long as the account
        remembers its answer. ``user_id`` is needed where only the id of a command is given, and ``source`` where it
        is not the client's own.
        """
        self._check_open()
        deadline = self._deadline(wait)
        ref = await self._ref_of(command, user_id, source)
        unresolved = self._unresolved.get(ref.key)
        if unresolved is not None:
            return await self._execute_sent(unresolved, deadline, None)
        result = await self._look_up(ref, deadline)
        return result or Unknown(ref, "the ledger knows no answer to it")

    async def source(self) -> str:
        """Who sends the commands of this client: their ids are unique for it."""
        return await self._source(self._deadline(None))

    async def execute_to_the_end(self, command: Command, wait: float) -> Result:
        """For holds, which finish while the client closes."""
        self._check_process()
        if self._ended.is_set():
            raise ClientClosed("the client is closed")
        return await self._execute(command, Deadline(wait), None)

    async def pause(self, seconds: float) -> None:
        """Ends early when the client does."""
        await pause(seconds, self._ended)

    def in_background(self, work: Awaitable[T]) -> asyncio.Task[T]:
        """A task that closing the client waits for."""
        task = asyncio.ensure_future(_run(work))
        self._track(task)
        return task

    def publish_from_thread(
        self, command: Command, loop: LoopThread, wait: float | None, traceparent: str | None
    ) -> Delivery:
        """For the client without asyncio. Kafka queues it in the calling thread, without the loop."""
        kafka = self._kafka
        if kafka is None:
            return loop.run(self._deliver_over_http(command, wait, traceparent))
        if self._is_closed:
            raise ClientClosed("the client is closed")
        sent = command.sent_by(kafka.source)
        traceparent = traceparent or current_traceparent()
        deadline: Deadline | None = None
        while True:
            try:
                # It knows by itself whether this process was forked.
                return kafka.publish(sent, traceparent)
            except Overloaded:
                deadline = deadline or self._deadline(wait)
                if deadline.is_over:
                    raise
                kafka.block_for_space(deadline)

    async def _deliver_over_http(
        self, command: Command, wait: float | None, traceparent: str | None
    ) -> Delivery:
        self._check_open()
        delivery = Delivery()
        work = await self._publish_over_http(command, self._deadline(wait), traceparent)
        work.add_done_callback(lambda arrived: delivery.finish(_error_of(arrived)))
        return delivery

    async def _publish_over_http(
        self, command: Command, deadline: Deadline, traceparent: str | None
    ) -> asyncio.Task[None]:
        await self._acquire(self._publishing, deadline)
        user = command.user_id
        before = self._last_published.get(user)

        async def arrive() -> None:
            if before is not None:
                await asyncio.wait({before})
            await self._arrive(command, deadline, traceparent)

        def arrived(work: asyncio.Task[None]) -> None:
            self._publishing.release()
            if self._last_published.get(user) is work:
                del self._last_published[user]

        work = self._last_published[user] = asyncio.ensure_future(arrive())
        work.add_done_callback(arrived)
        self._track(work)
        return work

    async def _source(self, deadline: Deadline) -> str:
        return self._kafka.source if self._kafka is not None else await self._api().source(deadline)

    async def _execute(self, command: Command, deadline: Deadline, traceparent: str | None) -> Result:
        return await self._execute_sent(command.sent_by(await self._source(deadline)), deadline, traceparent)

    async def _execute_sent(self, sent: SentCommand, deadline: Deadline, traceparent: str | None) -> Result:
        async with self._turn(deadline):
            self._remember_unresolved(sent)
            with command_span(sent, traceparent) as span:
                try:
                    result = await self._send(sent, deadline, span.traceparent)
                except LedgerError:
                    # It is known that it was not carried out.
                    self._unresolved.pop(sent.ref.key, None)
                    raise
                span.end_with(result)
        if isinstance(result, Unknown):
            _log.warning(
                "the outcome of a command is unknown",
                extra={"command_id": sent.id, "command_type": sent.type, "reason": result.reason},
            )
        else:
            self._unresolved.pop(sent.ref.key, None)
        return result

    def _remember_unresolved(self, sent: SentCommand) -> None:
        """The newest ones, so that a call that was given up can be resumed with the same bytes."""
        self._unresolved.pop(sent.ref.key, None)
        self._unresolved[sent.ref.key] = sent
        if len(self._unresolved) > UNRESOLVED_MAX:
            self._unresolved.popitem(last=False)

    async def _send(self, sent: SentCommand, deadline: Deadline, traceparent: str | None) -> Result:
        if self._kafka is not None:
            return await self._kafka.execute(sent, deadline, traceparent)
        return await self._api().execute(sent, deadline, traceparent)

    async def _arrive(self, command: Command, deadline: Deadline, traceparent: str | None) -> None:
        result = await self._execute(command, deadline, traceparent)
        if isinstance(result, Unknown):
            result.require()

    async def _look_up(self, ref: CommandRef, deadline: Deadline) -> Result | None:
        async with self._turn(deadline):
            try:
                return await self._api().recorded_outcome(ref, deadline)
            except Unavailable as error:
                return Unknown(ref, str(error))

    async def _ref_of(
        self, command: CommandRef | Unknown | str, user_id: str | uuid.UUID | None, source: str | None
    ) -> CommandRef:
        if isinstance(command, Unknown):
            return command.command
        if isinstance(command, CommandRef):
            return command
        if user_id is not None:
            return CommandRef(checked_user_id(user_id), source or await self.source(), command)
        found = [sent.ref for sent in self._unresolved.values() if sent.id == command]
        if len(found) != 1:
            raise ValueError(f"{command} is no command of this process that waits: give its user_id")
        return found[0]

    @asynccontextmanager
    async def _turn(self, deadline: Deadline) -> AsyncGenerator[None, None]:
        """Back-pressure: beyond the maximum, a call waits until another one is answered."""
        answered: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._track(answered)
        try:
            await self._acquire(self._in_flight, deadline)
            try:
                yield
            finally:
                self._in_flight.release()
        finally:
            if not answered.done():
                answered.set_result(None)

    async def _acquire(self, turns: asyncio.Semaphore, deadline: Deadline) -> None:
        try:
            await asyncio.wait_for(turns.acquire(), max(deadline.left, 0.001))
        except asyncio.TimeoutError as error:
            raise Overloaded(f"{self._in_flight_max} calls wait for an answer") from error

    def _track(self, work: asyncio.Future[Any]) -> None:
        self._calls.add(work)
        work.add_done_callback(self._calls.discard)

    def _api(self) -> HttpApi:
        if self._http is None:
            raise LedgerError("this needs http: give Http(base_url, token) to the client")
        return self._http

    def _check_open(self) -> None:
        if self._is_closed:
            raise ClientClosed("the client is closed")
        self._check_process()

    def _check_process(self) -> None:
        if os.getpid() != self._pid:
            raise ClientClosed("the client was opened before this process was forked: open one here")


def _error_of(arrived: asyncio.Task[None]) -> BaseException | None:
    if arrived.cancelled():
        return ClientClosed("the client was closed before it was known whether it arrived")
    return arrived.exception()


async def _run(work: Awaitable[T]) -> T:
    return await work
