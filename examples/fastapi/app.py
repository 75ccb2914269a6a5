"""An AI product with five businesses that cost points. It runs beside `npm start`."""

from __future__ import annotations

import asyncio
import json
import os
import random
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field

from points_ledger import (
    Accepted,
    AsyncLedgerClient,
    CommandRefused,
    Http,
    InsufficientPoints,
    Kafka,
    OutcomeUnknown,
    Refused,
    Result,
    Unknown,
)

SECONDS_OF_VIDEO_MAX = 60
POINTS_OF_CALL = {"script": 5, "polish": 3, "voice_clone": 50}
POINTS_OF_SECOND = {"tts": 2, "video": 10}


def client_of_stack() -> AsyncLedgerClient:
    """The ledger that `npm start` runs writes where it is into `ready.json`."""
    ready = json.loads((Path(os.environ.get("DATA_DIR", ".data")) / "ready.json").read_text())
    return AsyncLedgerClient(
        kafka=Kafka({"bootstrap.servers": ready["kafka"]}, source="/fastapi-example"),
        http=Http(ready["api"], ready["tokens"]["service"]),
    )


@dataclass
class VideoJob:
    """A video that is being made. Its progress is what the product shows."""

    status: Literal["running", "done", "failed"] = "running"
    progress: int = 0
    points: int | None = None


@dataclass
class Product:
    ledger: AsyncLedgerClient
    videos: dict[str, VideoJob]
    running: set[asyncio.Task[None]]


def create_app(client: AsyncLedgerClient | None = None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with client or client_of_stack() as ledger:
            product = Product(ledger, {}, set())
            app.state.product = product
            yield
            # Videos that are being made end before the client closes: each settles or cancels its hold.
            for task in product.running:
                task.cancel()
            await asyncio.gather(*product.running, return_exceptions=True)

    app = FastAPI(title="An AI product", lifespan=lifespan)
    app.post("/users/{user_id}/calls/{business}")(run_call)
    app.post("/users/{user_id}/dubbing")(dub)
    app.post("/users/{user_id}/videos", status_code=202)(make_video)
    app.get("/videos/{job_id}")(show_video)
    app.get("/users/{user_id}/balance")(show_balance)
    return app


def product_of(request: Request) -> Product:
    product: Product = request.app.state.product
    return product


TheProduct = Annotated[Product, Depends(product_of)]


class Task(BaseModel):
    """What a user asks for. The page draws the id once, so that a second click is no second task."""

    task_id: str = Field(default_factory=lambda: str(uuid.uuid4()))
    text: str = ""


class Done(BaseModel):
    result: str
    points: int
    balance: int


def answer(result: Result, text: str) -> Done:
    if isinstance(result, InsufficientPoints):
        raise HTTPException(402, f"You have {result.balance} points.")
    if isinstance(result, Refused):
        raise HTTPException(409, result.detail)
    if isinstance(result, Unknown):
        # The page asks again with the same task id, and is charged once.
        raise HTTPException(503, "Please try again.", {"Retry-After": "1"})
    return Done(result=text, points=result.points, balance=result.balance)


async def run_call(
    user_id: uuid.UUID,
    business: Literal["script", "polish", "voice_clone"],
    task: Task,
    product: TheProduct,
) -> Done:
    """Script, polish and voice clone cost the same each time: they are paid before the work."""
    points = POINTS_OF_CALL[business]
    result = await product.ledger.consume(user_id, business, points=points, source_id=task.task_id)
    return answer(result, f"{business} of {task.text}")


async def dub(user_id: uuid.UUID, task: Task, product: TheProduct) -> Done:
    """Dubbing is billed by the real seconds, which are known once it is done."""
    estimate = max(1, len(task.text) // 4)
    per_second = POINTS_OF_SECOND["tts"]
    try:
        async with product.ledger.hold(
            user_id,
            "tts",
            points=estimate * per_second,
            seconds=estimate,
            settle_within=60,
            source_id=task.task_id,
        ) as hold:
            seconds = await synthesize(task.text)
            settled = await hold.settle(points=round(seconds * per_second), seconds=seconds)
    except (CommandRefused, OutcomeUnknown) as error:
        return answer(error.result, "")
    if not isinstance(settled, Accepted):
        return answer(settled, "")
    return Done(
        result=f"{seconds} seconds of speech",
        points=round(seconds * per_second),
        balance=settled.balance,
    )


async def synthesize(text: str) -> float:
    await asyncio.sleep(0.01)
    return len(text) / 5


async def make_video(user_id: uuid.UUID, task: Task, product: TheProduct) -> dict[str, str]:
    """A video takes long: the estimate is held, and the page asks for the progress."""
    if task.task_id not in product.videos:
        # It is there before anything is awaited: a second click while the first one waits is no second video.
        job = product.videos[task.task_id] = VideoJob()
        hold = product.ledger.hold(
            user_id,
            "video",
            points=SECONDS_OF_VIDEO_MAX * POINTS_OF_SECOND["video"],
            seconds=SECONDS_OF_VIDEO_MAX,
            settle_within=60,
            keep_alive=3_600,
            source_id=task.task_id,
        )
        try:
            answer(await hold.open(), "")
        except BaseException:
            del product.videos[task.task_id]
            raise

        async def work() -> None:
            try:
                async with hold:
                    seconds = await render(task.text, job)
                    job.points = round(seconds * POINTS_OF_SECOND["video"])
                    hold.settle(points=job.points, seconds=seconds)
                job.status = "done"
            except RenderingFailed:
                # The hold is cancelled: the user pays nothing.
                job.status, job.points = "failed", 0

        running = asyncio.create_task(work())
        product.running.add(running)
        running.add_done_callback(product.running.discard)
    return {"job_id": task.task_id}


class RenderingFailed(Exception):
    """It happens now and then."""


async def render(text: str, job: VideoJob) -> float:
    for percent in range(10, 101, 10):
        await asyncio.sleep(3 if "film" in text else 0.02)
        job.progress = percent
        if "fail" in text or random.random() < 0.002:
            raise RenderingFailed
    return min(SECONDS_OF_VIDEO_MAX, 5 + len(text) / 10)


async def show_video(job_id: str, product: TheProduct) -> VideoJob:
    job = product.videos.get(job_id)
    if job is None:
        raise HTTPException(404, "There is no such video.")
    return job


async def show_balance(user_id: uuid.UUID, product: TheProduct) -> dict[str, int]:
    read = await product.ledger.balance(user_id)
    return {"balance": read.balance, "held": read.held, "owed": read.owed}


app = create_app()
