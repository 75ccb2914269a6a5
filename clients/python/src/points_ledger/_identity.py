"""Ids and digests, which the ledger derives in the same way from the same command."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping

from ._json import JsonValue, dumps

_COMMAND_NAMESPACE = uuid.UUID("3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70")


def ledger_command_id(user_id: str, source: str, command_id: str) -> str:
    """The UUID by which the ledger knows a command, and a consumption that nothing names."""
    return str(uuid.uuid5(_COMMAND_NAMESPACE, f"{user_id}\0{source}\0{command_id}"))


def outcome_id(command: str, revision: int | None, code: str | None, digest: str) -> str:
    """The ``ce_id`` of an outcome: the same answer to the same message has the same one."""
    shown = "" if revision is None else str(revision)
    return str(uuid.uuid5(uuid.UUID(command), f"{shown}:{code or ''}:{digest}"))


def command_digest(command_type: str, data: Mapping[str, JsonValue]) -> str:
    """What a command means: two messages of one id must have the same digest."""
    text = f'{{"data":{dumps(_digested(data))},"type":"{command_type}"}}'
    return hashlib.sha256(text.encode()).hexdigest()


def _digested(data: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Sorted by name; a field that is null means the same as an absent one."""
    return {
        name: _digested(value) if isinstance(value, Mapping) else value
        for name, value in sorted(data.items())
        if value is not None
    }
