from __future__ import annotations

import math

import pytest

from points_ledger._json import JsonValue, dumps


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (-0.0, "0"),
        (12.5, "12.5"),
        (0.0001, "0.0001"),
        (0.00001, "0.00001"),
        (0.0000015, "0.0000015"),
        (1.5e-7, "1.5e-7"),
        (-1e-7, "-1e-7"),
        (1e16, "10000000000000000"),
        (1e21, "1e+21"),
        (1.25e25, "1.25e+25"),
        (True, "true"),
        (None, "null"),
        ("é\u2028\x7f\n", '"é\u2028\x7f\\n"'),
        ({"b": 1, "a": {"c": "d"}}, '{"b":1,"a":{"c":"d"}}'),
    ],
)
def test_writes_what_javascript_writes(value: JsonValue, text: str) -> None:
    assert dumps(value) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_refuses_numbers_that_json_does_not_have(value: float) -> None:
    with pytest.raises(ValueError, match="not a number that JSON can have"):
        dumps(value)
