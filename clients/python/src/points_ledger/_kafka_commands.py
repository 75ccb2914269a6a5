"""Commands over Kafka for code that runs in an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ._retry import Backoff, Deadline, pause
from .commands import CommandRef, SentCommand
from .errors import ClientClosed, InvalidCommand, NotDelivered, Overloaded
from .kafka import CommandProducer, Delivery, Kafka, OutcomeReader, delivery_error
from .results import Invalid, Outcome, Result, SendAgain, Unknown, decide_outcome

if TYPE_CHECKING:
    from confluent_kafka import KafkaError, Message

T = TypeVar("T")

_log = logging.getLogger("points_ledger")

#: How often a full queue of the producer is looked at again.
_FULL_QUEUE_SECONDS = 0.01


class KafkaCommands:
    """One producer, and one consumer of outcomes once the first call waits for one."""

    def __init__(self, options: Kafka) -> None:
        self._options = options
        self.source = options.source
        self._producer: CommandProducer | None = None
        #: Threads that send their first commands at once must share one producer.
        self._opening = threading.Lock()
        self._closing: list[threading.Thread] = []
        self._reader: OutcomeReader | None = None
        self._reader_ready: asyncio.Future[None] | None = None
        self._answers: set[_Answer] = set()
        self._closed = asyncio.Event()

    async def execute(self, command: SentCommand, deadline: Deadline, traceparent: str | None) -> Result:
        """Sends a command and waits for its outcome, which is unknown at the deadline."""
        reason = "no outcome came in time"
        backoff = Backoff()
        reader = await self._open_reader(deadline)
        if reader is None:
            return Unknown(command.ref, "the brokers do not answer, so that it was not sent")
        while not deadline.is_over and not self._closed.is_set():
            answer = self._listen(reader, command.ref)
            try:
                await self._send(command, deadline, traceparent, answer.fail)
                outcome = await answer.within(deadline)
            except asyncio.TimeoutError:
                break
            except (NotDelivered, Overloaded, ClientClosed) as error:
                reason = str(error)
                _log.warning("a command is sent again", extra={"error": reason})
                await pause(min(backoff.next(), deadline.left), self._closed)
                continue
            finally:
                self._stop_listening(answer)
            decision = decide_outcome(outcome)
            if isinstance(decision, Invalid):
                raise InvalidCommand(decision.detail)
            if not isinstance(decision, SendAgain):
                return decision
            reason = decision.reason
            await pause(min(backoff.next(decision.after_seconds), deadline.left), self._closed)
        return Unknown(command.ref, reason)

    def publish(self, command: SentCommand, traceparent: str | None) -> Delivery:
        """Queues a command, from any thread."""
        delivery = Delivery(command.id)
        self._open_producer().send(command, traceparent, delivery)
        return delivery

    def publish_in_loop(self, command: SentCommand, traceparent: str | None) -> asyncio.Future[None]:
        """Queues a command. The future is resolved when the broker has acknowledged it."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def delivered(error: KafkaError | None, _message: Message) -> None:
            failure = None if error is None else delivery_error(error)
            _in_loop(loop, lambda: _finish(future, failure))

        self._open_producer().send(command, traceparent, delivered)
        return future

    async def wait_for_space(self, deadline: Deadline) -> None:
        await asyncio.sleep(min(_FULL_QUEUE_SECONDS, deadline.left))

    def block_for_space(self, deadline: Deadline) -> None:
        """The same for a thread without a loop: acknowledgements are served in it meanwhile."""
        self._open_producer().wait_for_space(min(_FULL_QUEUE_SECONDS, deadline.left))

    async def close(self, seconds: float) -> None:
        """Ends the calls that still wait: their outcome is unknown."""
        self._closed.set()
        for answer in self._answers:
            answer.fail(ClientClosed("the client was closed before the outcome came"))
        with self._opening:
            producer, self._producer = self._producer, None
        reader, self._reader = self._reader, None
        if self._reader_ready is not None:
            _resolve(self._reader_ready, None)
        ends: list[Callable[[], object]] = [thread.join for thread in self._closing]
        if producer is not None:
            ends.append(lambda: producer.close(seconds))
        if reader is not None:
            ends.append(reader.close)
        # All begin before the first is waited for: they end also where nobody waits for them any more.
        for done, thread in [_in_thread(end) for end in ends]:
            await asyncio.shield(done)
            thread.join()

    async def _send(
        self,
        command: SentCommand,
        deadline: Deadline,
        traceparent: str | None,
        on_failure: Callable[[BaseException], None],
    ) -> None:
        def delivered(error: KafkaError | None, _message: Message) -> None:
            if error is not None:
                on_failure(delivery_error(error))

        while True:
            try:
                return self._open_producer().send(command, traceparent, delivered)
            except Overloaded:
                if deadline.is_over:
                    raise
                await self.wait_for_space(deadline)

    def _listen(self, reader: OutcomeReader, ref: CommandRef) -> _Answer:
        answer = _Answer(reader, ref)
        self._answers.add(answer)
        return answer

    def _stop_listening(self, answer: _Answer) -> None:
        self._answers.discard(answer)
        answer.stop()

    def _open_producer(self) -> CommandProducer:
        producer = self._producer
        if producer is not None and not producer.is_broken:
            return producer
        with self._opening:
            if self._closed.is_set():
                raise ClientClosed("the client is closed")
            if self._producer is not None and self._producer.is_broken:
                _log.warning("the Kafka producer is replaced")
                self._close_broken(self._producer)
                self._producer = None
            if self._producer is None:
                self._producer = CommandProducer(self._options)
            return self._producer

    def _close_broken(self, producer: CommandProducer) -> None:
        thread = threading.Thread(target=producer.close, args=(0,), name="points-ledger-closing")
        thread.start()
        self._closing = [*(one for one in self._closing if one.is_alive()), thread]

    async def _open_reader(self, deadline: Deadline) -> OutcomeReader | None:
        """A command is sent only once its outcome can not be missed. None: the brokers do not answer."""
        if self._closed.is_set():
            return None
        if self._reader_ready is None:
            loop = asyncio.get_running_loop()
            ready: asyncio.Future[None] = loop.create_future()
            self._reader = OutcomeReader(self._options, lambda: _in_loop(loop, lambda: _resolve(ready, None)))
            self._reader_ready = ready
        done, _ = await asyncio.wait({self._reader_ready}, timeout=deadline.left)
        return self._reader if done else None


class _Answer:
    """The outcome that one call waits for."""

    def __init__(self, reader: OutcomeReader, ref: CommandRef) -> None:
        self._reader = reader
        self._ref = ref
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[Outcome] = self._loop.create_future()
        reader.wait_for(ref, self._on_outcome)

    def fail(self, error: BaseException) -> None:
        """Called in a thread of the producer."""

        def set_exception() -> None:
            if not self._future.done():
                self._future.set_exception(error)

        _in_loop(self._loop, set_exception)

    async def within(self, deadline: Deadline) -> Outcome:
        done, _ = await asyncio.wait({self._future}, timeout=deadline.left)
        if not done:
            raise asyncio.TimeoutError
        return self._future.result()

    def stop(self) -> None:
        self._reader.stop_waiting(self._ref, self._on_outcome)
        self._future.cancel()

    def _on_outcome(self, outcome: Outcome) -> None:
        _in_loop(self._loop, lambda: _resolve(self._future, outcome))


def _resolve(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _finish(future: asyncio.Future[None], error: BaseException | None) -> None:
    if error is None:
        _resolve(future, None)
    elif not future.done():
        future.set_exception(error)


def _in_loop(loop: asyncio.AbstractEventLoop, run: Callable[[], None]) -> None:
    """From a thread of the client. A loop that was closed has nothing left that waits, and says so by an error."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(run)


def _in_thread(run: Callable[[], object]) -> tuple[asyncio.Future[None], threading.Thread]:
    """In a thread of its own, which ends with it: the loop's executor would outlive the client."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def work() -> None:
        try:
            run()
        finally:
            _in_loop(loop, lambda: _resolve(done, None))

    thread = threading.Thread(target=work, name="points-ledger-closing")
    thread.start()
    return done, thread
