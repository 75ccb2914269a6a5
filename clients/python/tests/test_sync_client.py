"""The client without asyncio, on the ledger for tests."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from points_ledger import (
    Accepted,
    ClientClosed,
    CommandRefused,
    Http,
    InsufficientPoints,
    LedgerClient,
    NoQuote,
    Overloaded,
    Quote,
    Result,
    Unknown,
    commands,
)
from points_ledger.testing import FakeLedger

from .scripted_api import ScriptedApi, answer


@pytest.fixture
def ledger(user: str) -> FakeLedger:
    ledger = FakeLedger(prices={"tts": 2})
    ledger.give(user, 100)
    return ledger


def test_has_the_same_words(ledger: FakeLedger, user: str) -> None:
    with ledger.client() as client:
        assert client.recharge(user, 50, expires_at=None, recharge_id="o1").require().balance == 150
        consumed = client.consume(user, "tts", seconds=5, source_id="t1").require()
        assert consumed.balance == 140
        assert client.refund(user, consumed.consumption_id or "", points=4).require().balance == 144
        assert client.reverse(user, "o1", cause="mistake", points=20).require().balance == 124
        assert client.reinstate(user, "o1").require().balance == 144
        assert client.expire(user).require().balance == 144
        assert isinstance(client.consume(user, "tts", points=1_000), InsufficientPoints)
        assert client.balance(user).balance == 144
        assert [row.type for row in client.transactions(user)] == ["refund", "consume", "recharge"]
        quote = client.quote("tts", seconds=3, user_id=user)
        assert isinstance(quote, Quote)
        assert (quote.points, quote.affordable) == (6, True)
        assert client.quote("script") == NoQuote("NoPrice", "There is no price for script.")


def test_holds_and_settles(ledger: FakeLedger, user: str) -> None:
    with ledger.client() as client:
        with client.hold(user, "tts", points=60, settle_within=600) as hold:
            assert ledger.held_of(user) == 60
            assert isinstance(hold.settle(seconds=12.5), Accepted)
        with pytest.raises(RuntimeError), client.hold(user, "tts", points=10, settle_within=600):
            raise RuntimeError("the work failed")
        with pytest.raises(CommandRefused), client.hold(user, "tts", points=999, settle_within=600):
            pytest.fail("the block ran")
    assert ledger.balance_of(user) == 75


def test_repeats_the_same_task_without_doing_it_twice(ledger: FakeLedger, user: str) -> None:
    with ledger.client() as client:
        first = client.consume(user, "tts", points=10, task="t1").require()
        second = client.consume(user, "tts", points=10, task="t1").require()
    assert (first.replayed, second.replayed) == (False, True)
    assert ledger.balance_of(user) == 90


def test_is_unknown_and_can_be_resumed(ledger: FakeLedger, user: str) -> None:
    with ledger.client(wait=0.1) as client:
        with ledger.silence():
            result = client.consume(user, "tts", points=10, task="t1")
            assert isinstance(result, Unknown)
        assert client.outcome(result.command.id).require().replayed
    assert ledger.balance_of(user) == 90


def test_serves_many_threads_by_one_of_its_own(ledger: FakeLedger, user: str) -> None:
    with ledger.client() as client, ThreadPoolExecutor(8) as pool:

        def consume(number: int) -> Result:
            return client.consume(user, "tts", points=1, task=str(number))

        results = list(pool.map(consume, range(40)))
        loops = [t.name for t in threading.enumerate() if t.name == "points-ledger-loop"]
    assert all(isinstance(result, Accepted) for result in results)
    assert loops == ["points-ledger-loop"]
    assert ledger.balance_of(user) == 60


def test_publishes_without_waiting_for_the_answer(ledger: FakeLedger, user: str) -> None:
    with ledger.client() as client:
        future = client.publish(commands.consume(user, "tts", points=10))
        future.result(5)
    assert ledger.balance_of(user) == 90


def test_takes_nothing_after_it_was_closed(ledger: FakeLedger, user: str) -> None:
    client = ledger.client()
    client.expire(user)
    client.close()
    client.close()
    with pytest.raises(ClientClosed):
        client.expire(user)


def test_runs_in_the_context_of_its_caller(ledger: FakeLedger, user: str) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("span")
    seen: list[str] = []

    def provider() -> str:
        seen.append(variable.get("none"))
        return "fake"

    http = ledger._http()  # pyright: ignore[reportPrivateUsage]
    with LedgerClient(http=type(http)(http.base_url, provider, transport=ledger, source="api:x")) as client:
        variable.set("caller")
        client.expire(user)
    assert seen == ["caller"]


def _use_in_child(client: LedgerClient, user: str, queue: multiprocessing.Queue[str]) -> None:
    try:
        client.expire(user)
    except ClientClosed as error:
        queue.put(str(error))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_says_so_when_it_is_used_after_a_fork(ledger: FakeLedger, user: str) -> None:
    context = multiprocessing.get_context("fork")
    with ledger.client() as client:
        client.expire(user)
        queue: multiprocessing.Queue[str] = context.Queue()
        child = context.Process(target=_use_in_child, args=(client, user, queue))
        child.start()
        assert "forked" in queue.get(timeout=10)
        child.join()


class Blocking(httpx.AsyncBaseTransport):
    """Keeps each request until the test lets it go, and passes it on then."""

    def __init__(self, ledger: FakeLedger) -> None:
        self.ledger = ledger
        self.arrived = threading.Semaphore(0)
        self.let_go = threading.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.arrived.release()
        await asyncio.to_thread(self.let_go.wait, 10)
        return await self.ledger.handle_async_request(request)


def blocked(ledger: FakeLedger, in_flight_max: int = 100) -> tuple[LedgerClient, Blocking]:
    transport = Blocking(ledger)
    http = Http("http://ledger.invalid", "token", transport=transport, source="api:fake")
    return LedgerClient(http=http, wait=600, in_flight_max=in_flight_max), transport


def test_closing_leaves_a_call_that_waits_unknown(user: str) -> None:
    busy = answer(503, headers={"retry-after": "60"})
    asked = threading.Event()

    def be_busy(_request: httpx.Request) -> httpx.Response:
        asked.set()
        return busy

    http = Http("http://ledger.invalid", "token", transport=ScriptedApi([be_busy]), source="api:svc")
    client = LedgerClient(http=http, wait=600)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client.expire, user)
        assert asked.wait(10)
        client.close(drain=0.05)
        assert isinstance(call.result(10), Unknown)


def test_closing_ends_what_is_read_meanwhile(ledger: FakeLedger, user: str) -> None:
    client, transport = blocked(ledger)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(client.balance, user)
        assert transport.arrived.acquire(timeout=10)
        client.close(drain=0.05)
        transport.let_go.set()
        with pytest.raises(ClientClosed):
            read.result(10)


def test_any_number_of_threads_may_close_it(ledger: FakeLedger, user: str) -> None:
    for _ in range(20):
        client = ledger.client()
        client.expire(user)
        together = threading.Barrier(4)

        def close(client: LedgerClient = client, together: threading.Barrier = together) -> None:
            together.wait(10)
            client.close()

        with ThreadPoolExecutor(4) as pool:
            for closing in [pool.submit(close) for _ in range(4)]:
                closing.result(20)


class Overtaking(httpx.AsyncBaseTransport):
    """The first request is overtaken by the next one, if there is another before it is answered."""

    def __init__(self, ledger: FakeLedger) -> None:
        self.ledger = ledger
        self.overtaken = asyncio.Event()
        self.count = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.count += 1
        if self.count == 1:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.overtaken.wait(), 0.2)
        response = await self.ledger.handle_async_request(request)
        self.overtaken.set()
        return response


def test_publishes_the_commands_of_a_user_in_their_order(ledger: FakeLedger, user: str) -> None:
    http = Http("http://ledger.invalid", "token", transport=Overtaking(ledger), source="api:fake")
    with LedgerClient(http=http) as client:
        deliveries = [client.publish(commands.consume(user, "tts", points=n)) for n in range(1, 4)]
        for delivery in deliveries:
            delivery.result(10)
    assert [command.data["points"] for command in ledger.received] == [1, 2, 3]


def test_holds_up_who_publishes_more_than_are_answered(ledger: FakeLedger, user: str) -> None:
    client, transport = blocked(ledger, in_flight_max=2)
    with client:
        deliveries = [client.publish(commands.expire(user)) for _ in range(2)]
        with pytest.raises(Overloaded):
            client.publish(commands.expire(user), wait=0.05)
        transport.let_go.set()
        for delivery in deliveries:
            delivery.result(10)


def test_an_iterator_may_be_collected_while_a_call_starts(
    ledger: FakeLedger, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ledger.client()
    client.recharge(user, 1, expires_at=None)
    rows = client.transactions(user)
    next(rows)
    start = asyncio.run_coroutine_threadsafe

    def collect_first(*args: Any) -> Any:
        monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", start)
        # As the garbage collector does.
        rows.close()  # type: ignore[attr-defined]
        return start(*args)

    monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", collect_first)
    call = threading.Thread(target=client.expire, args=(user,), daemon=True)
    call.start()
    call.join(10)
    assert not call.is_alive()
    client.close()
