"""JSON as JavaScript writes it, so that both clients send the same bytes for the same command."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Union, cast

JsonValue = Union[str, int, float, bool, None, Mapping[str, "JsonValue"]]

#: Between these, Python and JavaScript write the same digits of a fraction.
_FRACTION_MIN = 1e-4
_FRACTION_MAX = 1e16

#: From this power of ten on, and below the other one, JavaScript writes an exponent.
_POINT_MAX = 21
_POINT_MIN = -6


def dumps(value: JsonValue) -> str:
    """The text that ``JSON.stringify`` makes of the value."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    return "null" if value is None else dumps_object(value)


def dumps_object(fields: Mapping[str, JsonValue]) -> str:
    """The same of an object. Each command has one, so that text, which most values are, takes the short path."""
    members: list[str] = []
    for name, value in fields.items():
        kind = value.__class__
        if kind is str:
            text = encode_basestring(cast("str", value))
        else:
            text = repr(value) if kind is int else dumps(value)
        members.append(_named(name) + text)
    return "{" + ",".join(members) + "}"


@lru_cache(maxsize=256)
def _named(name: str) -> str:
    """The names of fields are few, and each is written many times."""
    return encode_basestring(name) + ":"


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that JSON can have")
    if value.is_integer() and abs(value) < 10.0**_POINT_MAX:
        return str(int(value))
    if _FRACTION_MIN <= abs(value) < _FRACTION_MAX:
        return repr(value)
    return _number_by_digits(value)


def _number_by_digits(value: float) -> str:
    """``Number::toString`` of ECMAScript, from the shortest digits that stand for the number."""
    sign, figures, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, figures))
    point = len(digits) + int(exponent)
    minus = "-" if sign else ""
    if _POINT_MIN < point <= 0:
        return f"{minus}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{minus}{digits[0]}{fraction}e{point - 1:+d}"
