"""Reads JSON that came from outside into typed values, or says which field is not what it must be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import cast

from ._times import parse_time
from .errors import LedgerError


class UnexpectedAnswer(LedgerError):
    """The answer is not what this client knows: it may come from a ledger that is newer, or from a proxy."""


def parse_object(text: str | bytes) -> dict[str, object]:
    try:
        value: object = json.loads(text)
    except ValueError as error:
        raise UnexpectedAnswer("the answer is not JSON") from error
    return _object(value, "the answer")


def _object(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise UnexpectedAnswer(f"{name} is not a JSON object")
    # Every name of a JSON object is text.
    return cast("dict[str, object]", value)


class JsonObject:
    """A JSON object whose fields are read by the type that they must have."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise UnexpectedAnswer(f"{name} is not text")
        return value

    def optional_text(self, name: str) -> str | None:
        return None if self._fields.get(name) is None else self.text(name)

    def whole(self, name: str) -> int:
        value = self._fields.get(name)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise UnexpectedAnswer(f"{name} is not a whole number")
        return value

    def optional_whole(self, name: str) -> int | None:
        return None if self._fields.get(name) is None else self.whole(name)

    def number(self, name: str) -> float:
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise UnexpectedAnswer(f"{name} is not a number")
        return float(value)

    def optional_number(self, name: str) -> float | None:
        return None if self._fields.get(name) is None else self.number(name)

    def flag(self, name: str) -> bool:
        value = self._fields.get(name)
        if not isinstance(value, bool):
            raise UnexpectedAnswer(f"{name} is not true or false")
        return value

    def optional_flag(self, name: str) -> bool | None:
        return None if self._fields.get(name) is None else self.flag(name)

    def time(self, name: str) -> datetime:
        try:
            return parse_time(self.text(name))
        except ValueError as error:
            raise UnexpectedAnswer(f"{name} is not a time") from error

    def optional_time(self, name: str) -> datetime | None:
        return None if self._fields.get(name) is None else self.time(name)

    def nested(self, name: str) -> JsonObject:
        return JsonObject(_object(self._fields.get(name), name))

    def optional_nested(self, name: str) -> JsonObject | None:
        return None if self._fields.get(name) is None else self.nested(name)

    def objects(self, name: str) -> Iterator[JsonObject]:
        value = self._fields.get(name)
        if not isinstance(value, list):
            raise UnexpectedAnswer(f"{name} is not a list")
        for item in cast("list[object]", value):
            yield JsonObject(_object(item, f"an item of {name}"))

    @property
    def raw(self) -> Mapping[str, object]:
        return self._fields
