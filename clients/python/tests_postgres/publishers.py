"""Brokers for the relay: they note what they are sent, and acknowledge it as the test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from points_ledger import InvalidCommand, NotDelivered
from points_ledger.commands import SentCommand
from points_ledger.kafka import OnDelivery


@dataclass
class Broker:
    """What arrived, in its order. ``fails`` says which commands are not acknowledged."""

    arrived: list[SentCommand] = field(default_factory=list[SentCommand])
    fails: Callable[[SentCommand], bool] = lambda command: False
    #: Which commands its topic does not take, now or later.
    refuses: Callable[[SentCommand], bool] = lambda command: False
    opened: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> BrokerPublisher:
        self.opened += 1
        return BrokerPublisher(self)

    def ids(self, user_id: str | None = None) -> Sequence[str]:
        with self.lock:
            return [c.id for c in self.arrived if user_id is None or c.user_id == user_id]


@dataclass
class BrokerPublisher:
    broker: Broker

    def publish(self, command: SentCommand, traceparent: str | None, on_delivery: OnDelivery) -> None:
        if self.broker.refuses(command):
            on_delivery(InvalidCommand.of("data", "has more bytes than its topic takes"))
            return
        if self.broker.fails(command):
            on_delivery(NotDelivered("the broker is away"))
            return
        with self.broker.lock:
            self.broker.arrived.append(command)
        on_delivery(None)

    def close(self, seconds: float) -> int:
        return 0
