"""A ledger for the tests of a service: it runs in the process, and answers by the main cases of the rules.

It stands behind the real client, in the place of the network, so that a test also goes through retries, results
and holds. It knows points that never expire and no batches; what it does not know it answers with 404.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import cast

import httpx

from ._async_client import AsyncLedgerClient
from ._client import LedgerClient
from ._identity import command_digest, ledger_command_id
from ._json import JsonValue
from ._json_object import parse_object
from ._times import format_time
from .commands import CommandType, checked_user_id
from .http import Http

_SECONDS_BY_SOURCE_TYPE = frozenset({"tts", "video"})


@dataclass
class _Consumption:
    source_type: str
    estimate: int
    settle_within: int | None
    overrun: str
    source_id: str | None
    status: str = "closed"
    charged: int = 0


@dataclass
class _Recharge:
    points: int
    reversed: int = 0


@dataclass
class _Account:
    balance: int = 0
    owed: int = 0
    revision: int = 0
    consumptions: dict[str, _Consumption] = field(default_factory=dict[str, _Consumption])
    recharges: dict[str, _Recharge] = field(default_factory=dict[str, _Recharge])
    rows: list[dict[str, JsonValue]] = field(default_factory=list[dict[str, JsonValue]])

    @property
    def held(self) -> int:
        return sum(one.estimate for one in self.consumptions.values() if one.status == "open")


@dataclass(frozen=True)
class ReceivedCommand:
    """A command as it arrived, repeats too."""

    type: str
    id: str
    user_id: str
    data: Mapping[str, object]


@dataclass
class _Refusal(Exception):
    code: str
    detail: str


@dataclass
class _Moved:
    points: int | None = None
    uncollected: int | None = None
    consumption_id: str | None = None
    recharge_id: str | None = None


class FakeLedger(httpx.AsyncBaseTransport):
    """Accounts in memory. ``prices`` are points for a unit or a second of a business, rounded up.

    ::

        ledger = FakeLedger(prices={"tts": 2})
        ledger.give(user, 100)
        async with ledger.async_client() as client:
            assert (await client.consume(user, "tts", seconds=12.5)).require().balance == 75
    """

    def __init__(self, *, source: str = "api:fake", prices: Mapping[str, float] | None = None) -> None:
        self.source = source
        self.received: list[ReceivedCommand] = []
        self._prices = dict(prices or {})
        self._accounts: dict[str, _Account] = {}
        self._answers: dict[tuple[str, str], tuple[str, dict[str, JsonValue]]] = {}
        self._refuse_next: list[_Refusal] = []
        self._is_silent = False
        self._is_deaf = False
        self._busy = 0

    def client(self, *, wait: float = 5.0) -> LedgerClient:
        """The client without asyncio, on this ledger."""
        return LedgerClient(http=self._http(), wait=wait)

    def async_client(self, *, wait: float = 5.0) -> AsyncLedgerClient:
        """The client for asyncio, on this ledger."""
        return AsyncLedgerClient(http=self._http(), wait=wait)

    def give(self, user_id: str, points: int) -> None:
        """Points without a command."""
        account = self._account(checked_user_id(user_id))
        account.balance += points

    def balance_of(self, user_id: str) -> int:
        return self._account(checked_user_id(user_id)).balance

    def held_of(self, user_id: str) -> int:
        """Points in open pre-deductions."""
        return self._account(checked_user_id(user_id)).held

    def owed_by(self, user_id: str) -> int:
        return self._account(checked_user_id(user_id)).owed

    def time_out(self, user_id: str, consumption_id: str) -> None:
        """The time of an open pre-deduction is over: its points come back."""
        account = self._account(checked_user_id(user_id))
        consumption = account.consumptions[consumption_id]
        consumption.status = "timed_out"
        account.balance += consumption.estimate

    def refuse_next(self, code: str, detail: str = "refused by the test") -> None:
        """The next new command is refused, whatever the account has."""
        self._refuse_next.append(_Refusal(code, detail))

    def be_busy(self, times: int) -> None:
        """The next requests are answered 503, to be sent again."""
        self._busy = times

    @contextmanager
    def silence(self, *, carries_out: bool = True) -> Generator[None, None, None]:
        """No answer arrives, as after a time-out. ``carries_out``: commands are carried out all the same."""
        self._is_silent, self._is_deaf = True, not carries_out
        try:
            yield
        finally:
            self._is_silent = self._is_deaf = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if self._is_deaf:
            raise httpx.ConnectError("the ledger is away")
        if self._busy > 0:
            self._busy -= 1
            return _problem(503, "Service unavailable", "Not now.", {}, {"retry-after": "0"})
        response = self._respond(request, body)
        if self._is_silent:
            raise httpx.ReadTimeout("no answer")
        return response

    def _respond(self, request: httpx.Request, body: bytes) -> httpx.Response:
        parts = request.url.path.strip("/").split("/")
        if request.method == "POST" and parts[:2] == ["v1", "commands"]:
            return self._command(cast("CommandType", parts[2]), request, parse_object(body))
        if parts == ["v1", "outcomes"]:
            return self._recorded(request.url.params)
        if parts == ["v1", "quotes"]:
            return self._quote(parse_object(body))
        if parts[:2] == ["v1", "users"] and parts[3:] == ["balance"]:
            return self._balance(parts[2])
        if parts[:2] == ["v1", "users"] and parts[3:] == ["transactions"]:
            rows = self._account(parts[2]).rows
            return _json({"items": rows[::-1], "next_cursor": None})
        return _problem(404, "Not found", "The fake ledger does not know this.")

    def _command(self, type: CommandType, request: httpx.Request, data: dict[str, object]) -> httpx.Response:
        command_id = _unquoted(request.headers["idempotency-key"])
        user_id = str(data["user_id"])
        self.received.append(ReceivedCommand(type, command_id, user_id, data))
        digest = command_digest(type, cast("Mapping[str, JsonValue]", data))
        return _answer(self.answer(type, command_id, user_id, data, digest))

    def answer(
        self, type: CommandType, command_id: str, user_id: str, data: dict[str, object], digest: str
    ) -> dict[str, JsonValue]:
        """The outcome of a command, the first one again for a repeat."""
        known = self._answers.get((user_id, command_id))
        if known is None:
            outcome = self._decide(type, command_id, user_id, data)
            self._answers[(user_id, command_id)] = (digest, outcome)
            return outcome
        if known[0] == digest:
            return {**known[1], "replayed": True}
        reused = _Refusal("CommandIdReused", "This id was used before for another command.")
        return self._outcome(type, command_id, user_id, reused)

    def _decide(
        self, type: CommandType, command_id: str, user_id: str, data: dict[str, object]
    ) -> dict[str, JsonValue]:
        account = self._account(user_id)
        try:
            if self._refuse_next:
                raise self._refuse_next.pop(0)
            moved = self._carry_out(type, account, command_id, user_id, data)
        except _Refusal as refusal:
            account.revision += 1
            return self._outcome(type, command_id, user_id, refusal)
        self._collect(account)
        account.revision += 1
        return self._outcome(type, command_id, user_id, moved)

    def _carry_out(
        self,
        type: CommandType,
        account: _Account,
        command_id: str,
        user_id: str,
        data: dict[str, object],
    ) -> _Moved:
        own_id = ledger_command_id(user_id, self.source, command_id)
        if type == "RechargePoints":
            return self._recharge(account, user_id, str(data.get("recharge_id") or own_id), data)
        if type == "ConsumePoints":
            return self._consume(account, user_id, str(data.get("consumption_id") or own_id), data)
        if type == "ExtendConsumption":
            return self._extend(account, data)
        if type == "SettleConsumption":
            return self._settle(account, user_id, data)
        if type == "RefundPoints":
            return self._refund(account, user_id, data)
        if type == "ReverseRecharge":
            return self._reverse(account, data)
        if type == "ReinstateRecharge":
            return self._reinstate(account, data)
        return _Moved()

    def _recharge(self, account: _Account, user_id: str, recharge_id: str, data: dict[str, object]) -> _Moved:
        if recharge_id in account.recharges:
            raise _Refusal("RechargeIdReused", f"The recharge {recharge_id} was already made.")
        points = _int(data, "points")
        account.recharges[recharge_id] = _Recharge(points)
        self._row(account, user_id, "recharge", points, None, _text(data, "source_id"))
        return _Moved(points=points, recharge_id=recharge_id)

    def _consume(
        self, account: _Account, user_id: str, consumption_id: str, data: dict[str, object]
    ) -> _Moved:
        if consumption_id in account.consumptions:
            raise _Refusal("ConsumptionIdReused", f"Another consumption has the id {consumption_id}.")
        source_type = str(data["source_type"])
        points = self._points(source_type, data)
        if points == 0:
            raise _Refusal("NothingToCharge", "The price is 0 points.")
        self._require(account, points)
        settle_within = data.get("settle_within")
        consumption = _Consumption(
            source_type=source_type,
            estimate=points,
            settle_within=None if settle_within is None else _int(data, "settle_within"),
            overrun=str(data.get("overrun") or "owe"),
            source_id=_text(data, "source_id"),
        )
        if settle_within is None:
            consumption.charged = points
        else:
            consumption.status = "open"
        account.consumptions[consumption_id] = consumption
        self._row(account, user_id, "consume", points, source_type, consumption.source_id)
        return _Moved(points=points, consumption_id=consumption_id)

    def _extend(self, account: _Account, data: dict[str, object]) -> _Moved:
        consumption_id, consumption = self._consumption(account, data)
        if consumption.status == "timed_out":
            raise _Refusal("ConsumptionTimedOut", f"The consumption {consumption_id} has timed out.")
        if consumption.status != "open":
            raise _Refusal("ConsumptionClosed", f"The consumption {consumption_id} is closed.")
        more = 0
        if any(data.get(name) is not None for name in ("points", "quantity", "duration")):
            more = self._points(consumption.source_type, data)
        self._require(account, more)
        account.balance -= more
        consumption.estimate += more
        return _Moved(points=more or None, consumption_id=consumption_id)

    def _settle(self, account: _Account, user_id: str, data: dict[str, object]) -> _Moved:
        consumption_id, consumption = self._consumption(account, data)
        if consumption.status not in ("open", "timed_out"):
            raise _Refusal("ConsumptionClosed", f"The consumption {consumption_id} is closed.")
        actual = self._points(consumption.source_type, data)
        so_far = consumption.estimate if consumption.status == "open" else 0
        extra = actual - so_far
        overrun = str(data.get("overrun") or consumption.overrun)
        if overrun == "refuse":
            self._require(account, extra)
        paid = min(extra, account.balance)
        rest = extra - paid
        consumption.status, consumption.charged = "settled", so_far + paid
        if paid > 0:
            self._row(account, user_id, "consume", paid, consumption.source_type, consumption.source_id)
        elif paid < 0:
            self._row(account, user_id, "refund", -paid, consumption.source_type, consumption.source_id)
        if overrun == "owe":
            account.owed += rest
        return _Moved(
            points=abs(paid) or None,
            uncollected=rest if overrun == "cap" else 0,
            consumption_id=consumption_id,
        )

    def _refund(self, account: _Account, user_id: str, data: dict[str, object]) -> _Moved:
        consumption_id, consumption = self._consumption(account, data)
        if consumption.status == "open":
            consumption.charged = consumption.estimate
        requested = _int(data, "points") if data.get("points") is not None else consumption.charged
        if consumption.status == "open" and requested != consumption.estimate:
            raise _Refusal("ConsumptionOpen", f"The consumption {consumption_id} is still open.")
        if consumption.charged == 0:
            raise _Refusal("NothingToRefund", f"All points of {consumption_id} were already refunded.")
        if requested > consumption.charged:
            raise _Refusal("RefundExceedsConsumption", f"{consumption.charged} points can be refunded.")
        consumption.charged -= requested
        if consumption.status == "open":
            consumption.status = "cancelled"
        self._row(account, user_id, "refund", requested, consumption.source_type, consumption.source_id)
        return _Moved(points=requested, consumption_id=consumption_id)

    def _reverse(self, account: _Account, data: dict[str, object]) -> _Moved:
        recharge_id, recharge = self._recharge_of(account, data)
        left = recharge.points - recharge.reversed
        requested = _int(data, "points") if data.get("points") is not None else left
        if left == 0:
            raise _Refusal("NothingToReverse", f"All points of {recharge_id} were already reversed.")
        if requested > left:
            raise _Refusal("ReversalExceedsRecharge", f"{left} points can be reversed.")
        recharge.reversed += requested
        taken = min(requested, account.balance)
        account.balance -= taken
        is_owed = data.get("shortfall") != "clamp"
        account.owed += requested - taken if is_owed else 0
        uncollected = 0 if is_owed else requested - taken
        return _Moved(points=taken or None, uncollected=uncollected, recharge_id=recharge_id)

    def _reinstate(self, account: _Account, data: dict[str, object]) -> _Moved:
        recharge_id, recharge = self._recharge_of(account, data)
        requested = _int(data, "points") if data.get("points") is not None else recharge.reversed
        if recharge.reversed == 0:
            raise _Refusal("NothingToReinstate", f"No points of {recharge_id} are reversed.")
        if requested > recharge.reversed:
            raise _Refusal("ReinstatementExceedsReversal", f"{recharge.reversed} points are reversed.")
        recharge.reversed -= requested
        account.balance += requested
        return _Moved(points=requested, recharge_id=recharge_id)

    def _collect(self, account: _Account) -> None:
        """Who owes pays first."""
        paid = min(account.owed, account.balance)
        account.owed -= paid
        account.balance -= paid

    def _points(self, source_type: str, data: dict[str, object]) -> int:
        if data.get("points") is not None:
            return _int(data, "points")
        amount = data.get("duration" if source_type in _SECONDS_BY_SOURCE_TYPE else "quantity")
        if source_type not in self._prices:
            raise _Refusal("NoPrice", f"There is no price for {source_type}.")
        if not isinstance(amount, (int, float)):
            raise _Refusal("QuantityMissing", f"A consumption of {source_type} needs a quantity.")
        return math.ceil(amount * self._prices[source_type])

    def _require(self, account: _Account, points: int) -> None:
        if points > account.balance:
            raise _Refusal(
                "InsufficientPoints",
                f"The balance is {account.balance} points, and {points} were requested.",
            )

    def _consumption(self, account: _Account, data: dict[str, object]) -> tuple[str, _Consumption]:
        consumption_id = str(data["consumption_id"])
        consumption = account.consumptions.get(consumption_id)
        if consumption is None:
            raise _Refusal("UnknownConsumption", f"No consumption has the id {consumption_id}.")
        return consumption_id, consumption

    def _recharge_of(self, account: _Account, data: dict[str, object]) -> tuple[str, _Recharge]:
        recharge_id = str(data["recharge_id"])
        recharge = account.recharges.get(recharge_id)
        if recharge is None:
            raise _Refusal("UnknownRecharge", f"No recharge has the id {recharge_id}.")
        return recharge_id, recharge

    def _row(
        self,
        account: _Account,
        user_id: str,
        type: str,
        amount: int,
        source_type: str | None,
        source_id: str | None,
    ) -> None:
        """Moves the points, and tells it in the statement."""
        before = account.balance
        account.balance += -amount if type == "consume" else amount
        number = len(account.rows) + 1
        now = format_time(datetime.now(timezone.utc))
        account.rows.append(
            {
                "id": number,
                "user_id": user_id,
                "type": type,
                "amount": amount,
                "balance_before": before,
                "balance_after": account.balance,
                "source_type": source_type,
                "source_id": source_id,
                "batch_id": None,
                "duration": None,
                "description": None,
                "created_at": now,
                "updated_at": now,
                "row_ref": f"r{number}.0",
            }
        )

    def _outcome(
        self, type: CommandType, command_id: str, user_id: str, what: _Moved | _Refusal
    ) -> dict[str, JsonValue]:
        account = self._account(user_id)
        moved = what if isinstance(what, _Moved) else _Moved()
        refusal = what if isinstance(what, _Refusal) else None
        return {
            "command_id": command_id,
            "command_source": self.source,
            "command_type": type,
            "user_id": user_id,
            "status": "accepted" if refusal is None else "refused",
            "code": None if refusal is None else refusal.code,
            "detail": None if refusal is None else refusal.detail,
            "balance": account.balance,
            "owed": account.owed,
            "points": moved.points,
            "collected": None,
            "uncollected": moved.uncollected,
            "consumption_id": moved.consumption_id,
            "recharge_id": moved.recharge_id,
            "batch_id": None,
            "position": f"fake:{account.revision}",
            "replayed": False,
        }

    def _recorded(self, params: httpx.QueryParams) -> httpx.Response:
        known = self._answers.get((params["user_id"], params["command_id"]))
        if known is None or params["command_source"] != self.source:
            return _problem(404, "Not found", "No such command is remembered.")
        return _json({**known[1], "replayed": True})

    def _quote(self, data: dict[str, object]) -> httpx.Response:
        source_type = str(data["source_type"])
        try:
            points = self._points(source_type, data)
        except _Refusal as refusal:
            return _problem(422, "No quote", refusal.detail, {"code": refusal.code})
        user = data.get("user_id")
        balance = None if user is None else self._account(str(user)).balance
        price = {"unit": "unit", "points": str(self._prices.get(source_type, 0)), "per": "1"}
        return _json(
            {
                "points": points,
                "price": price,
                "settings": 1,
                "affordable": None if balance is None else points <= balance,
                "balance": balance,
            }
        )

    def _balance(self, user_id: str) -> httpx.Response:
        account = self._account(user_id)
        return _json(
            {
                "user_id": user_id,
                "balance": account.balance,
                "held": account.held,
                "owed": account.owed,
                "position": f"fake:{account.revision}",
                "at": format_time(datetime.now(timezone.utc)),
            }
        )

    def _account(self, user_id: str) -> _Account:
        return self._accounts.setdefault(user_id, _Account())

    def _http(self) -> Http:
        return Http("http://ledger.invalid", "fake", transport=self, source=self.source)


def _int(data: Mapping[str, object], name: str) -> int:
    value = data[name]
    if not isinstance(value, int):
        raise _Refusal("Invalid", f"{name} must be a whole number")
    return value


def _text(data: Mapping[str, object], name: str) -> str | None:
    value = data.get(name)
    return None if value is None else str(value)


def _unquoted(header: str) -> str:
    return re.sub(r"\\(.)", r"\1", header[1:-1])


def _json(body: Mapping[str, object], status: int = 200) -> httpx.Response:
    return httpx.Response(
        status, content=json.dumps(body).encode(), headers={"content-type": "application/json"}
    )


def _answer(outcome: Mapping[str, JsonValue]) -> httpx.Response:
    if outcome["code"] is None:
        return _json(outcome)
    status = 409 if outcome["code"] == "CommandIdReused" else 422
    return _problem(
        status,
        "Command refused",
        str(outcome["detail"]),
        {"code": outcome["code"], "outcome": outcome},
    )


def _problem(
    status: int,
    title: str,
    detail: str,
    more: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        **(more or {}),
    }
    return httpx.Response(
        status,
        content=json.dumps(body).encode(),
        headers={"content-type": "application/problem+json", **(headers or {})},
    )
