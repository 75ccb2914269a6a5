"""The example of an AI product, served by uvicorn beside the product that `npm start` runs."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from importlib import import_module

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from points_ledger import AsyncLedgerClient, Http, Kafka
from points_ledger.testing import FakeLedger


def client(source: str) -> AsyncLedgerClient:
    return AsyncLedgerClient(
        http=Http(os.environ["LEDGER_API"], os.environ["LEDGER_TOKEN"]),
        kafka=Kafka({"bootstrap.servers": os.environ["LEDGER_KAFKA"]}, source=source),
    )


@asynccontextmanager
async def served() -> AsyncGenerator[httpx.AsyncClient, None]:
    sys.path.insert(0, os.environ["FASTAPI_EXAMPLE"])
    # As the command of its README starts it: DATA_DIR has the file of the stack.
    server = uvicorn.Server(uvicorn.Config("app:app", port=0, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), "uvicorn ended"
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as page:
        yield page
    server.should_exit = True
    await serving


async def finished(page: httpx.AsyncClient, job_id: str) -> dict[str, object]:
    while True:
        job: dict[str, object] = (await page.get(f"/videos/{job_id}")).json()
        if job["status"] != "running":
            return job
        await asyncio.sleep(0.02)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_five_businesses_cost_what_they_should() -> None:
    user = str(uuid.uuid4())
    async with served() as page, client("/billing-example") as billing:
        expires_at = datetime.now(timezone.utc) + timedelta(days=30)
        await billing.recharge(user, 1_000, expires_at=expires_at, recharge_id="order-1")

        async def post(path: str, text: str, task: str) -> httpx.Response:
            return await page.post(f"/users/{user}/{path}", json={"task_id": task, "text": text})

        for business, left in (("script", 995), ("polish", 992), ("voice_clone", 942)):
            done = await post(f"calls/{business}", "a cat", "task-1")
            assert (done.status_code, done.json()["balance"]) == (200, left)
        again = await post("calls/script", "a cat", "task-1")
        assert (again.status_code, again.json()["points"]) == (200, 5)
        dubbed = await post("dubbing", "x" * 100, "task-2")
        assert (dubbed.json()["points"], dubbed.json()["balance"]) == (40, 902)
        refused = await post("dubbing", "x" * 10_000, "task-3")
        assert refused.status_code == 402
        made = await post("videos", "fail", "task-4")
        assert made.status_code == 202
        assert (await finished(page, "task-4"))["status"] == "failed"
        await post("videos", "a cat in the rain", "task-5")
        video = await finished(page, "task-5")
        settled = 0 if video["status"] == "failed" else 67
        assert video["points"] == settled
        position = (await billing.consume(user, "script", points=1)).require().position
        balance = await billing.balance(user, at_least=position, wait=30)
        assert (balance.balance, balance.held, balance.owed) == (901 - settled, 0, 0)
        assert (await post("videos", "a film", "task-6")).status_code == 202
    # Stopping the service cancelled the video that was being made.
    async with client("/billing-example") as billing:
        position = (await billing.consume(user, "script", points=1)).require().position
        balance = await billing.balance(user, at_least=position, wait=30)
    assert (balance.balance, balance.held) == (900 - settled, 0)


class SlowLedger(FakeLedger):
    """Answers once the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked = asyncio.Event()
        self.let_go = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.is_asked.set()
        await self.let_go.wait()
        return await super().handle_async_request(request)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_second_click_makes_no_second_video(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(os.environ["FASTAPI_EXAMPLE"])  # pyright: ignore[reportUnknownMemberType]
    user, ledger = str(uuid.uuid4()), SlowLedger()
    ledger.give(user, 600)
    app: FastAPI = import_module("app").create_app(ledger.async_client())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(base_url="http://example", transport=httpx.ASGITransport(app)) as page,
    ):

        async def click(task: str) -> int:
            made = await page.post(f"/users/{user}/videos", json={"task_id": task, "text": "a cat"})
            return made.status_code

        first = asyncio.create_task(click("task-1"))
        await ledger.is_asked.wait()
        assert await asyncio.wait_for(click("task-1"), 10) == 202
        ledger.let_go.set()
        assert await first == 202
        await finished(page, "task-1")
        assert await click("task-2") == 402
        assert (await page.get("/videos/task-2")).status_code == 404
