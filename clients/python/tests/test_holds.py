"""Holds, on the ledger for tests."""

from __future__ import annotations

import asyncio

import pytest

from points_ledger import (
    Accepted,
    AsyncLedgerClient,
    ClientClosed,
    CommandRefused,
    InsufficientPoints,
    InvalidCommand,
    LedgerError,
    NotAllowed,
    OutcomeUnknown,
    Refused,
    Result,
    Unknown,
)
from points_ledger import holds as holds_module
from points_ledger._retry import Deadline
from points_ledger.commands import Command
from points_ledger.testing import FakeLedger


@pytest.fixture
def ledger(user: str) -> FakeLedger:
    ledger = FakeLedger(prices={"tts": 2})
    ledger.give(user, 100)
    return ledger


def types(ledger: FakeLedger) -> list[str]:
    return [command.type for command in ledger.received]


async def test_settles_at_the_real_cost(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=60, settle_within=600, task="t1") as hold:
            assert (ledger.balance_of(user), ledger.held_of(user)) == (40, 60)
            hold.settle(seconds=12.5)
    assert isinstance(hold.settlement, Accepted)
    assert (ledger.balance_of(user), ledger.held_of(user)) == (75, 0)


async def test_gives_the_answer_to_who_awaits_the_settlement(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=60, settle_within=600) as hold:
            result = await hold.settle(points=70)
            assert result.require().balance == 30


async def test_cancels_when_it_is_left_by_an_exception(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        with pytest.raises(RuntimeError, match="the work failed"):
            async with client.hold(user, "tts", points=60, settle_within=600):
                raise RuntimeError("the work failed")
    assert (ledger.balance_of(user), ledger.held_of(user)) == (100, 0)
    assert types(ledger) == ["ConsumePoints", "RefundPoints"]


async def test_cancels_when_nobody_settled_it(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client, client.hold(user, "tts", points=60, settle_within=600):
        pass
    assert ledger.balance_of(user) == 100


async def test_cancels_when_its_task_is_cancelled(ledger: FakeLedger, user: str) -> None:
    entered = asyncio.Event()

    async def work(client: AsyncLedgerClient) -> None:
        async with client.hold(user, "tts", points=60, settle_within=600):
            entered.set()
            await asyncio.Event().wait()

    async with ledger.async_client() as client:
        task = asyncio.ensure_future(work(client))
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert ledger.balance_of(user) == 100


async def test_stays_open_when_it_is_detached(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=60, settle_within=600) as hold:
            hold.detach()
        assert ledger.held_of(user) == 60
        await client.settle(user, hold.consumption_id, points=1)
    assert ledger.balance_of(user) == 99


async def test_never_cancels_once_a_settlement_was_sent(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        with pytest.raises(RuntimeError):
            async with client.hold(user, "tts", points=60, settle_within=600) as hold:
                hold.settle(seconds=10)
                with pytest.raises(LedgerError, match="a settlement was sent"):
                    await hold.cancel()
                raise RuntimeError("after the work")
    assert ledger.balance_of(user) == 80
    assert "RefundPoints" not in types(ledger)


async def test_never_cancels_when_the_answer_to_the_settlement_is_lost(
    ledger: FakeLedger, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds_module, "SETTLE_SECONDS_MAX", 0.3)
    async with ledger.async_client(wait=0.2) as client:
        async with client.hold(user, "tts", points=60, settle_within=600) as hold:
            with ledger.silence():
                result = await hold.settle(seconds=10)
                assert isinstance(result, Unknown)
        # It is resumed by its command, and was carried out once.
        assert (await client.outcome(result)).require().replayed
    assert ledger.balance_of(user) == 80
    settlements = {c.id for c in ledger.received if c.type == "SettleConsumption"}
    assert len(settlements) == 1
    assert "RefundPoints" not in types(ledger)


async def test_repeats_a_settlement_until_its_answer_is_known(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=60, settle_within=600) as hold:
            ledger.be_busy(3)
            hold.settle(seconds=10)
    assert ledger.balance_of(user) == 80


async def test_repeats_a_settlement_while_other_calls_take_all_turns(ledger: FakeLedger, user: str) -> None:
    http = ledger._http()  # pyright: ignore[reportPrivateUsage]
    async with AsyncLedgerClient(http=http, wait=0.1, in_flight_max=1) as client:
        async with client.hold(user, "tts", points=60, settle_within=600) as hold:
            async with client._turn(Deadline(1)):  # pyright: ignore[reportPrivateUsage]
                settling = hold.settle(seconds=10)
                await asyncio.wait({settling}, timeout=0.3)
                assert not settling.done()
    assert ledger.balance_of(user) == 80


async def test_goes_on_with_a_settlement_whose_waiter_is_cancelled(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=60, settle_within=600) as hold:
            settling = hold.settle(seconds=10)
            settling.cancel()
    assert ledger.balance_of(user) == 80


async def test_does_not_run_its_block_without_points(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        with pytest.raises(CommandRefused, match="InsufficientPoints"):
            async with client.hold(user, "tts", points=101, settle_within=600):
                pytest.fail("the block ran")
        result = await client.hold(user, "tts", points=101, settle_within=600).open()
    assert isinstance(result, InsufficientPoints)


async def test_does_not_run_its_block_when_the_outcome_is_unknown(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client(wait=0.1) as client:
        with ledger.silence(), pytest.raises(OutcomeUnknown):
            async with client.hold(user, "tts", points=10, settle_within=600):
                pytest.fail("the block ran")


async def test_finds_its_hold_again_after_a_restart(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        killed = client.hold(user, "tts", points=60, settle_within=600, task="t1")
        assert isinstance(await killed.open(), Accepted)
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=60, settle_within=600, task="t1") as hold:
            assert hold.consumption_id == killed.consumption_id
            hold.settle(seconds=5)
    assert ledger.balance_of(user) == 90


async def test_finds_its_hold_again_under_rules_that_prolong_nothing(
    ledger: FakeLedger, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ledger.async_client()
    original = client.execute_to_the_end

    async def execute(command: Command, wait: float) -> Result:
        if command.type == "ExtendConsumption":
            raise InvalidCommand("type is not known to rules 1")
        return await original(command, wait)

    monkeypatch.setattr(client, "execute_to_the_end", execute)
    async with client:
        for _ in range(2):
            hold = client.hold(user, "tts", points=60, settle_within=600, task="t1")
            assert isinstance(await hold.open(), Accepted)


async def test_is_not_lost_when_it_can_be_held_no_longer(
    ledger: FakeLedger, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds_module, "_EXTEND_AFTER", 0.01)
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=10, settle_within=2, keep_alive=60) as hold:
            ledger.refuse_next("HoldTooLong")
            while types(ledger).count("ExtendConsumption") == 0:
                await asyncio.sleep(0.01)
            # It is open until its time is over, and settled as ever.
            assert (await hold.settle(points=10)).require().balance == 90
            assert hold.lost is None


async def test_does_not_run_its_block_again_when_the_task_was_settled(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        for step in (None, None, "2"):
            try:
                async with client.hold(
                    user, "tts", points=10, settle_within=600, task="t1", step=step
                ) as hold:
                    hold.settle(points=10)
            except CommandRefused as refused:
                assert isinstance(refused.result, Refused)
                assert refused.result.code == "ConsumptionClosed"
    # The second time was refused; the third one is another step.
    assert ledger.balance_of(user) == 80


async def test_settles_again_with_another_id_after_a_refusal(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=100, settle_within=600, overrun="refuse") as hold:
            assert isinstance(await hold.settle(points=150), InsufficientPoints)
            assert isinstance(await hold.settle(points=100), Accepted)
            with pytest.raises(LedgerError, match="sent already"):
                hold.settle(points=1)
    assert ledger.balance_of(user) == 0


async def test_is_prolonged_while_its_block_runs_and_no_longer(
    ledger: FakeLedger, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds_module, "_EXTEND_AFTER", 0.01)
    prolonged = asyncio.Event()
    client = ledger.async_client()
    original = client.execute_to_the_end

    async def execute(command: object, wait: float) -> object:
        result = await original(command, wait)  # type: ignore[arg-type]
        if types(ledger).count("ExtendConsumption") >= 2:
            prolonged.set()
        return result

    monkeypatch.setattr(client, "execute_to_the_end", execute)
    async with client:
        async with client.hold(user, "tts", points=10, settle_within=2, keep_alive=60) as hold:
            await asyncio.wait_for(prolonged.wait(), 10)
            hold.settle(points=10)
        count = types(ledger).count("ExtendConsumption")
    assert types(ledger).count("ExtendConsumption") == count


async def test_tells_that_it_was_lost(ledger: FakeLedger, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds_module, "_EXTEND_AFTER", 0.01)
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=10, settle_within=2, keep_alive=60) as hold:
            ledger.time_out(user, hold.consumption_id)
            while hold.lost is None:
                await asyncio.sleep(0.01)
            assert hold.lost.code == "ConsumptionTimedOut"
            # What was done is booked all the same.
            hold.settle(points=10)
    assert ledger.balance_of(user) == 90


async def cancel_until_it_ends(task: asyncio.Task[None]) -> None:
    """As frameworks do, whose scopes cancel again and again what has not ended yet."""
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)


async def test_cancels_when_its_task_is_cancelled_again_and_again(ledger: FakeLedger, user: str) -> None:
    entered = asyncio.Event()

    async def work(client: AsyncLedgerClient) -> None:
        async with client.hold(user, "tts", points=60, settle_within=600, keep_alive=3_600):
            entered.set()
            await asyncio.Event().wait()

    async with ledger.async_client() as client:
        task = asyncio.create_task(work(client))
        await entered.wait()
        await cancel_until_it_ends(task)
    assert (ledger.balance_of(user), ledger.held_of(user)) == (100, 0)


@pytest.mark.parametrize("carries_out", [True, False])
async def test_gives_back_what_is_held_for_a_task_that_was_cancelled_while_entering(
    ledger: FakeLedger, user: str, carries_out: bool
) -> None:
    async def work(client: AsyncLedgerClient) -> None:
        async with client.hold(user, "tts", points=60, settle_within=600):
            pytest.fail("the block ran")

    async with ledger.async_client() as client:
        with ledger.silence(carries_out=carries_out):
            task = asyncio.create_task(work(client))
            while carries_out and ledger.held_of(user) == 0:
                await asyncio.sleep(0)
            await asyncio.sleep(0)
            await cancel_until_it_ends(task)
    assert (ledger.balance_of(user), ledger.held_of(user)) == (100, 0)


async def test_settles_again_when_a_settlement_was_not_taken_at_all(
    ledger: FakeLedger, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ledger.async_client()
    original = client.execute_to_the_end

    async def execute(command: Command, wait: float) -> Result:
        if command.data.get("points") == -5:
            raise InvalidCommand("points must be 0 or more")
        return await original(command, wait)

    monkeypatch.setattr(client, "execute_to_the_end", execute)
    async with client, client.hold(user, "tts", points=60, settle_within=600) as hold:
        with pytest.raises(InvalidCommand):
            await hold.settle(points=-5)
        assert (await hold.settle(points=5)).require().balance == 95


async def test_finds_its_hold_again_where_it_may_not_prolong_it(
    ledger: FakeLedger, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ledger.async_client()
    original = client.execute_to_the_end

    async def execute(command: Command, wait: float) -> Result:
        if command.type == "ExtendConsumption":
            raise NotAllowed(403, {"title": "Forbidden"})
        return await original(command, wait)

    monkeypatch.setattr(client, "execute_to_the_end", execute)
    async with client:
        for _ in range(2):
            hold = client.hold(user, "tts", points=60, settle_within=600, task="t1")
            assert isinstance(await hold.open(), Accepted)


async def test_a_client_that_was_closed_holds_and_settles_nothing(ledger: FakeLedger, user: str) -> None:
    client = ledger.async_client()
    hold = client.hold(user, "tts", points=60, settle_within=600)
    await hold.open()
    await client.close()
    with pytest.raises(ClientClosed):
        await client.hold(user, "tts", points=10, settle_within=600).open()
    with pytest.raises(ClientClosed):
        await asyncio.wait_for(hold.settle(points=1), 5)


async def test_a_settlement_is_unknown_when_the_client_closes_before_its_answer(
    ledger: FakeLedger, user: str
) -> None:
    client = ledger.async_client(wait=0.05)
    hold = client.hold(user, "tts", points=60, settle_within=600)
    await hold.open()
    with ledger.silence():
        settling = hold.settle(points=10)
        while "SettleConsumption" not in types(ledger):
            await asyncio.sleep(0)
        await client.close(drain=1)
    assert isinstance(await asyncio.wait_for(settling, 5), Unknown)
    assert ledger.balance_of(user) == 90


async def test_returns_nothing_that_the_process_before_it_settled(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as before, ledger.async_client() as again:
        async with before.hold(user, "tts", points=60, settle_within=600, task="t1") as first:
            with pytest.raises(RuntimeError, match="the work failed"):
                async with again.hold(user, "tts", points=60, settle_within=600, task="t1"):
                    (await first.settle(points=50)).require()
                    raise RuntimeError("the work failed")
    assert (ledger.balance_of(user), ledger.held_of(user)) == (50, 0)
    assert "RefundPoints" not in types(ledger)


async def test_returns_what_it_found_again_and_nobody_settled(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        (await client.hold(user, "tts", points=60, settle_within=600, task="t1").open()).require()
        async with client.hold(user, "tts", points=60, settle_within=600, task="t1"):
            pass
    assert (ledger.balance_of(user), ledger.held_of(user)) == (100, 0)


async def test_asks_anew_whether_it_is_open_within_a_second(
    ledger: FakeLedger, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_796_000_000_000_000_000

    def later() -> int:
        nonlocal now
        now += 1_000_000
        return now

    monkeypatch.setattr("time.time_ns", later)
    async with ledger.async_client() as client:
        async with client.hold(user, "tts", points=60, settle_within=600, task="t1") as hold:
            again = await client.hold(user, "tts", points=60, settle_within=600, task="t1").open()
            assert isinstance(again, Accepted)
            (await hold.settle(points=50)).require()
        over = await client.hold(user, "tts", points=60, settle_within=600, task="t1").open()
    assert isinstance(over, Refused)
    assert over.code == "ConsumptionClosed"


async def test_prolongs_anew_after_a_restart(ledger: FakeLedger, user: str) -> None:
    async with ledger.async_client() as client:
        for _ in range(2):
            hold = client.hold(user, "tts", points=60, settle_within=600, task="t1")
            (await hold.open()).require()
            await asyncio.sleep(0.002)
            assert not (await hold.extend(settle_within=600)).require().replayed
