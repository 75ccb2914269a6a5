"""Commands and outcomes over Kafka, by confluent-kafka: ``pip install points-ledger[kafka]``."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Union, cast

from ._json_object import JsonObject, UnexpectedAnswer, parse_object
from .commands import CommandRef, SentCommand, checked_source
from .errors import ClientClosed, InvalidCommand, LedgerError, NotDelivered, Overloaded
from .message import COMMANDS_TOPIC, OUTCOMES_TOPIC, headers_of
from .results import Outcome
from .signing import SigningKey

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

_log = logging.getLogger("points_ledger")

ConfigValue = Union[str, int, float, bool, Callable[..., object]]

#: How long one poll of the library waits inside it; nothing is done in between.
_POLL_SECONDS = 0.2
_SENDS_PER_POLL = 64
_BURST_SECONDS = 0.05
#: How long the brokers have to say where the outcomes end, and how long after that it is tried again.
_LOOK_UP_SECONDS_MAX = 2.0
_LOOK_UP_AGAIN_SECONDS = 0.5

#: The options on which order and idempotency depend.
_FIXED_PRODUCER_OPTIONS: Mapping[str, ConfigValue] = {
    "enable.idempotence": True,
    "acks": "all",
    # As the Java clients and the other services do. The library's own default is another hash, by which
    # two services would write one user into two partitions.
    "partitioner": "murmur2_random",
}


@dataclass(frozen=True)
class Kafka:
    """The brokers, and who sends.

    ``config`` has the library's own options: ``bootstrap.servers``, TLS, SASL, and any other. ``source`` names
    the sender, such as ``/tts``; where the ledger's senders file lists keys for it, ``signing_key`` is one.
    """

    config: Mapping[str, ConfigValue] = field(repr=False)
    source: str
    signing_key: SigningKey | None = None
    commands_topic: str = COMMANDS_TOPIC
    outcomes_topic: str = OUTCOMES_TOPIC
    #: Options for the producer alone, such as ``linger.ms`` or ``compression.type``.
    producer_config: Mapping[str, ConfigValue] = field(default_factory=dict[str, ConfigValue])
    #: Options for the consumer of outcomes alone.
    consumer_config: Mapping[str, ConfigValue] = field(default_factory=dict[str, ConfigValue])

    def __post_init__(self) -> None:
        if find_spec("confluent_kafka") is None:
            raise ImportError("Kafka needs confluent-kafka: pip install 'points-ledger[kafka]'")
        checked_source(self.source)
        for name, value in _FIXED_PRODUCER_OPTIONS.items():
            given = {**self.config, **self.producer_config}.get(name, value)
            if given != value:
                raise ValueError(f"{name} must be {value}, or the order of a user's commands is lost")


#: Called in any thread when the broker acknowledged a message, or it was given up.
DeliveryCallback = Callable[["KafkaError | None", "Message"], None]
OnDelivery = Callable[[BaseException | None], None]

#: Two threads that wait for one delivery share its event.
_EVENTS = threading.Lock()


class Delivery:
    """Whether a published command has arrived. Any thread may wait for it.

    It has the words of a future, and costs a fraction of one, which would be much of the cost of a command.
    """

    __slots__ = ("_command_id", "_error", "_event", "_is_done")

    def __init__(self, command_id: str | None = None) -> None:
        self._command_id = command_id
        self._error: BaseException | None = None
        self._event: threading.Event | None = None
        self._is_done = False

    def done(self) -> bool:
        return self._is_done

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Waits until it has arrived (None) or was given up. ``TimeoutError``: neither is known yet."""
        if not self._is_done:
            with _EVENTS:
                event = self._event = self._event or threading.Event()
            # It may have ended before the event was there.
            if not self._is_done and not event.wait(timeout):
                raise TimeoutError("the broker has not acknowledged it yet")
        return self._error

    def result(self, timeout: float | None = None) -> None:
        """Waits until it has arrived, or raises what prevented it."""
        error = self.exception(timeout)
        if error is not None:
            raise error

    def finish(self, error: BaseException | None) -> None:
        self._error = error
        self._is_done = True
        event = self._event
        if event is not None:
            event.set()

    def __call__(self, error: KafkaError | None, _message: Message) -> None:
        """The callback of the library, which so needs no object of its own for each message."""
        if error is None:
            return self.finish(None)
        # Who sends without waiting may never ask.
        extra = {"command_id": self._command_id, "error": error.str()}
        _log.error("a command was not delivered", extra=extra)
        self.finish(delivery_error(error))


def delivery_error(error: KafkaError) -> LedgerError:
    """A message that its topic does not take is not taken later either."""
    from confluent_kafka import KafkaError

    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return InvalidCommand.of("data", "has more bytes than its topic takes")
    return NotDelivered(error.str())


class CommandProducer:
    """An idempotent producer with one thread, which serves its acknowledgements."""

    def __init__(self, options: Kafka) -> None:
        from confluent_kafka import KafkaError, KafkaException, Producer

        self._topic = options.commands_topic
        self._signing_key = options.signing_key
        self._producer: Producer = Producer(
            {
                "linger.ms": 5,
                **options.config,
                **options.producer_config,
                **_FIXED_PRODUCER_OPTIONS,
                "error_cb": _log_kafka_error,
            }
        )
        self._pid = os.getpid()
        self._is_closed = False
        self._is_broken = False
        # What is queued behind the last flush would be lost without a word.
        self._queueing = threading.RLock()
        self._exception: type[Exception] = KafkaException
        self._fatal_code = KafkaError._FATAL
        self._closing = threading.Event()
        self._sends = 0
        self._thread = threading.Thread(target=self._serve, name="points-ledger-producer", daemon=True)
        self._thread.start()

    def send(self, command: SentCommand, traceparent: str | None, on_delivery: DeliveryCallback) -> None:
        """Queues a command. Raises Overloaded when the library's queue is full; nothing was queued then."""
        topic = self._topic
        headers = headers_of(command, topic, traceparent, self._signing_key)
        try:
            with self._queueing:
                self._check_open()
                self._producer.produce(
                    topic,
                    key=command.user_id.encode(),
                    value=command.body,
                    headers=headers,
                    on_delivery=on_delivery,
                )
                self._sends += 1
        except BufferError as error:
            raise Overloaded("the queue of the Kafka producer is full") from error
        except self._exception as error:
            cause = cast("KafkaError", error.args[0])
            # The library marks only the fatal error itself as one, and not its refusals behind it.
            if cause.fatal() or cause.code() == self._fatal_code:
                self._is_broken = True
            raise delivery_error(cause) from error
        if self._sends % _SENDS_PER_POLL == 0:
            self._serve_once(0)

    def wait_for_space(self, seconds: float) -> None:
        """Serves acknowledgements in the calling thread, which makes space in the queue."""
        self._serve_once(seconds)

    @property
    def is_broken(self) -> bool:
        """After a fatal error the library takes nothing any more: another producer has to."""
        return self._is_broken

    def close(self, seconds: float) -> int:
        """Waits until everything is acknowledged, for at most that long. The number that was not."""
        if os.getpid() != self._pid:
            return 0
        with self._queueing:
            self._is_closed = True
        unsent = self._flush(seconds)
        if unsent > 0:
            _log.error("messages were not acknowledged before closing", extra={"count": unsent})
            self._producer.purge()
            self._flush(1)
        self._closing.set()
        self._thread.join()
        return unsent

    def _check_open(self) -> None:
        if self._is_closed:
            raise ClientClosed("the client is closed")
        if os.getpid() != self._pid:
            raise ClientClosed("the client was opened before this process was forked: open one here")

    def _serve(self) -> None:
        while not self._closing.is_set():
            sends = self._sends
            self._serve_once(_POLL_SECONDS)
            if self._sends - sends >= _SENDS_PER_POLL:
                # A thread that sends without a pause serves them itself. Two that take turns at it would
                # wait for each other longer than the work takes.
                self._closing.wait(_BURST_SECONDS)

    def _serve_once(self, seconds: float) -> None:
        try:
            self._producer.poll(seconds)
        except self._exception as error:
            self._note_fatal(error)

    def _flush(self, seconds: float) -> int:
        try:
            return self._producer.flush(seconds)
        except self._exception as error:
            self._note_fatal(error)
            return self._producer.flush(seconds)

    def _note_fatal(self, error: Exception) -> None:
        """It is told once, in whichever thread asks. Behind it the library tells what was not delivered."""
        self._is_broken = True
        _log.error("the Kafka producer had a fatal error", extra={"error": str(error)})


OnOutcome = Callable[[Outcome], None]
_Key = tuple[str, str, str]


class OutcomeReader:
    """The one consumer of outcomes of a process, for all its waiting calls.

    It is assigned to all partitions and is in no group, so that it takes nothing from other readers and
    leaves nothing at the broker. It begins at the end of each partition, before the first command is sent.
    """

    def __init__(self, options: Kafka, on_ready: Callable[[], None]) -> None:
        from confluent_kafka import Consumer

        self._topic = options.outcomes_topic
        self._on_ready = on_ready
        self._consumer: Consumer = Consumer(
            {
                **options.config,
                # Outcomes that were deleted before they were read: those that are left are read.
                "auto.offset.reset": "earliest",
                **options.consumer_config,
                # The library asks for a name. Nothing joins or commits to a group of that name.
                "group.id": "points-ledger-client",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "error_cb": _log_kafka_error,
            }
        )
        self._lock = threading.Lock()
        self._waiting: dict[_Key, list[OnOutcome]] = {}
        self._users: dict[str, int] = {}
        self._closing = threading.Event()
        self._pid = os.getpid()
        self._thread = threading.Thread(target=self._run, name="points-ledger-outcomes", daemon=True)
        self._thread.start()

    def wait_for(self, ref: CommandRef, on_outcome: OnOutcome) -> None:
        """Registers a call before its command is sent. It is called once, in a thread of the client."""
        with self._lock:
            calls = self._waiting.setdefault(ref.key, [])
            if not calls:
                self._users[ref.user_id] = self._users.get(ref.user_id, 0) + 1
            calls.append(on_outcome)

    def stop_waiting(self, ref: CommandRef, on_outcome: OnOutcome) -> None:
        key = ref.key
        with self._lock:
            calls = self._waiting.get(key, [])
            if on_outcome not in calls:
                return
            calls.remove(on_outcome)
            if not calls:
                del self._waiting[key]
                self._forget_user(ref.user_id)

    def close(self) -> None:
        self._closing.set()
        if os.getpid() == self._pid:
            self._thread.join()

    def _run(self) -> None:
        consumer = self._consumer
        try:
            if not self._assign(consumer):
                return
            while not self._closing.is_set():
                message = consumer.poll(_POLL_SECONDS)
                if message is not None:
                    self._read(message)
        finally:
            consumer.close()

    def _assign(self, consumer: Consumer) -> bool:
        """Tries until the brokers answer: a service may start before they do."""
        from confluent_kafka import KafkaException

        while not self._closing.is_set():
            try:
                consumer.assign(self._ends_of_partitions(consumer))
            except KafkaException as error:
                _log.warning("the brokers do not answer yet", extra={"error": str(error)})
                self._closing.wait(_LOOK_UP_AGAIN_SECONDS)
            else:
                self._on_ready()
                return True
        return False

    def _ends_of_partitions(self, consumer: Consumer) -> list[TopicPartition]:
        from confluent_kafka import KafkaError, KafkaException, TopicPartition

        topic = self._topic
        partitions = consumer.list_topics(topic, timeout=_LOOK_UP_SECONDS_MAX).topics[topic].partitions
        if not partitions:
            raise KafkaException(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART))
        ends: list[TopicPartition] = []
        for number in partitions:
            partition = TopicPartition(topic, number)
            # The library gives None when the time is over, which its types do not say.
            watermarks = cast(
                "tuple[int, int] | None",
                consumer.get_watermark_offsets(partition, timeout=_LOOK_UP_SECONDS_MAX),
            )
            if watermarks is None:
                raise KafkaException(KafkaError(KafkaError.REQUEST_TIMED_OUT))
            ends.append(TopicPartition(topic, number, watermarks[1]))
        return ends

    def _read(self, message: Message) -> None:
        error, key, value = message.error(), message.key(), message.value()
        if error is not None:
            _log.warning("reading outcomes failed", extra={"error": error.str()})
            return
        if key is None or value is None:
            return
        user = key.decode(errors="replace")
        # Most outcomes are those of other services: they are left without being parsed.
        if user not in self._users:
            return
        try:
            outcome = Outcome.from_json(JsonObject(parse_object(value)))
        except UnexpectedAnswer as unreadable:
            _log.warning("an outcome could not be read", extra={"error": str(unreadable)})
            return
        self._deliver(outcome)

    def _deliver(self, outcome: Outcome) -> None:
        with self._lock:
            calls = self._waiting.pop(outcome.ref.key, [])
            if calls:
                self._forget_user(outcome.user_id)
        for on_outcome in calls:
            on_outcome(outcome)

    def _forget_user(self, user: str) -> None:
        count = self._users[user] - 1
        if count > 0:
            self._users[user] = count
        else:
            del self._users[user]


def _log_kafka_error(error: KafkaError) -> None:
    _log.warning("Kafka reports an error", extra={"error": error.str(), "code": error.name()})
