"""The words for commands, the same with and without asyncio."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Generic, TypeVar

from . import commands
from .commands import Command, CommandId, Metadata, Overrun, ReversalCause, Shortfall

#: What a command returns: its result, or in asyncio the coroutine that gives it.
R = TypeVar("R", covariant=True)


class CommandCalls(ABC, Generic[R]):
    """One method for each command.

    ``id`` names a command; without it ``task`` does, from which the id is derived, so that a process that starts
    again repeats its command instead of sending another one; without both the fields do, such as ``source_id``.
    ``step`` tells commands of one type and task apart. The id is random only where nothing names the task.
    ``wait`` is how many seconds to wait for the answer; then the result is ``Unknown``.
    """

    @abstractmethod
    def execute(self, command: Command, *, wait: float | None = None, traceparent: str | None = None) -> R:
        """Sends any command and waits for its answer."""

    def recharge(
        self,
        user_id: str | uuid.UUID,
        points: int,
        *,
        expires_at: datetime | None,
        priority: int | None = None,
        source_id: str | None = None,
        recharge_id: str | None = None,
        metadata: Metadata | None = None,
        id: str | None = None,
        task: str | None = None,
        step: str | None = None,
        wait: float | None = None,
    ) -> R:
        """A new batch of points. ``recharge_id`` makes an order recharge once, whatever the command ids."""
        command = commands.recharge(
            user_id,
            points,
            expires_at=expires_at,
            priority=priority,
            source_id=source_id,
            recharge_id=recharge_id,
            metadata=metadata,
            name=CommandId(id, task, step),
        )
        return self.execute(command, wait=wait)

    def consume(
        self,
        user_id: str | uuid.UUID,
        source_type: str,
        *,
        points: int | None = None,
        quantity: float | None = None,
        seconds: float | None = None,
        source_id: str | None = None,
        consumption_id: str | None = None,
        metadata: Metadata | None = None,
        id: str | None = None,
        task: str | None = None,
        step: str | None = None,
        wait: float | None = None,
    ) -> R:
        """Points for one task, by ``points`` or by the price of a quantity or of seconds."""
        command = commands.consume(
            user_id,
            source_type,
            points=points,
            quantity=quantity,
            seconds=seconds,
            source_id=source_id,
            consumption_id=consumption_id,
            metadata=metadata,
            name=CommandId(id, task, step),
        )
        return self.execute(command, wait=wait)

    def extend(
        self,
        user_id: str | uuid.UUID,
        consumption_id: str,
        *,
        settle_within: int | None = None,
        points: int | None = None,
        quantity: float | None = None,
        seconds: float | None = None,
        metadata: Metadata | None = None,
        id: str | None = None,
        task: str | None = None,
        step: str | None = None,
        wait: float | None = None,
    ) -> R:
        """Prolongs a pre-deduction, or holds more."""
        command = commands.extend(
            user_id,
            consumption_id,
            settle_within=settle_within,
            points=points,
            quantity=quantity,
            seconds=seconds,
            metadata=metadata,
            name=CommandId(id, task, step),
        )
        return self.execute(command, wait=wait)

    def settle(
        self,
        user_id: str | uuid.UUID,
        consumption_id: str,
        *,
        points: int | None = None,
        quantity: float | None = None,
        seconds: float | None = None,
        overrun: Overrun | None = None,
        metadata: Metadata | None = None,
        id: str | None = None,
        task: str | None = None,
        step: str | None = None,
        wait: float | None = None,
    ) -> R:
        """What a pre-deduction really cost."""
        command = commands.settle(
            user_id,
            consumption_id,
            points=points,
            quantity=quantity,
            seconds=seconds,
            overrun=overrun,
            metadata=metadata,
            name=CommandId(id, task, step),
        )
        return self.execute(command, wait=wait)

    def refund(
        self,
        user_id: str | uuid.UUID,
        consumption_id: str,
        *,
        points: int | None = None,
        reason: str | None = None,
        metadata: Metadata | None = None,
        id: str | None = None,
        task: str | None = None,
        step: str | None = None,
        wait: float | None = None,
    ) -> R:
        """Points of a consumption come back, all of them where ``points`` is left out."""
        command = commands.refund(
            user_id,
            consumption_id,
            points=points,
            reason=reason,
            metadata=metadata,
            name=CommandId(id, task, step),
        )
        return self.execute(command, wait=wait)

    def reverse(
        self,
        user_id: str | uuid.UUID,
        recharge_id: str,
        *,
        cause: ReversalCause,
        points: int | None = None,
        shortfall: Shortfall | None = None,
        reason: str | None = None,
        metadata: Metadata | None = None,
        id: str | None = None,
        task: str | None = None,
        step: str | None = None,
        wait: float | None = None,
    ) -> R:
        """Undoes a recharge, all that is left to reverse where ``points`` is left out."""
        command = commands.reverse(
            user_id,
            recharge_id,
            cause=cause,
            points=points,
            shortfall=shortfall,
            reason=reason,
            metadata=metadata,
            name=CommandId(id, task, step),
        )
        return self.execute(command, wait=wait)

    def reinstate(
        self,
        user_id: str | uuid.UUID,
        recharge_id: str,
        *,
        points: int | None = None,
        reason: str | None = None,
        metadata: Metadata | None = None,
        id: str | None = None,
        task: str | None = None,
        step: str | None = None,
        wait: float | None = None,
    ) -> R:
        """Brings a reversed recharge back."""
        command = commands.reinstate(
            user_id,
            recharge_id,
            points=points,
            reason=reason,
            metadata=metadata,
            name=CommandId(id, task, step),
        )
        return self.execute(command, wait=wait)

    def expire(
        self,
        user_id: str | uuid.UUID,
        *,
        metadata: Metadata | None = None,
        id: str | None = None,
        task: str | None = None,
        step: str | None = None,
        wait: float | None = None,
    ) -> R:
        """Records what fell due."""
        command = commands.expire(user_id, metadata=metadata, name=CommandId(id, task, step))
        return self.execute(command, wait=wait)
