"""Spans and trace context, with OpenTelemetry's own SDK."""

from __future__ import annotations

import logging

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from points_ledger import AsyncLedgerClient, Http, LedgerClient, Unknown, commands
from points_ledger.testing import FakeLedger

from .mock_kafka import mock_kafka
from .scripted_api import ScriptedApi, answer, outcome

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module", autouse=True)
def exporter() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


async def test_makes_a_span_whose_context_goes_with_the_command(
    exporter: InMemorySpanExporter, user: str
) -> None:
    exporter.clear()
    script = ScriptedApi([answer(200, outcome())])
    http = Http("http://ledger.invalid", "token", transport=script, source="api:svc")
    async with AsyncLedgerClient(http=http) as client:
        await client.consume(user, "script", points=20, id="job-1")
        await client.execute(commands.expire(user), traceparent=GIVEN)
    span, _ = exporter.get_finished_spans()
    context = span.get_span_context()
    assert context is not None
    assert span.name == "points ConsumePoints"
    assert dict(span.attributes or {})["points_ledger.result"] == "Accepted"
    sent, given = (request.headers["traceparent"] for request in script.requests)
    assert sent.startswith(f"00-{context.trace_id:032x}-{context.span_id:016x}-")
    assert given == GIVEN


async def test_logs_structured_and_without_bodies(user: str, caplog: pytest.LogCaptureFixture) -> None:
    ledger = FakeLedger()
    with caplog.at_level(logging.INFO, "points_ledger"):
        async with ledger.async_client(wait=0.1) as client:
            with ledger.silence():
                result = await client.consume(user, "script", points=20, id="job-1")
    assert isinstance(result, Unknown)
    record = caplog.records[-1]
    assert record.getMessage() == "the outcome of a command is unknown"
    assert record.__dict__["command_id"] == "job-1"


async def test_the_context_of_the_caller_goes_with_a_command_that_is_published(user: str) -> None:
    ledger = FakeLedger(source="/tts")
    with mock_kafka(ledger) as kafka:
        async with AsyncLedgerClient(kafka=kafka.options()) as client:
            await (await client.publish(commands.expire(user)))
            with trace.get_tracer("service").start_as_current_span("work") as span:
                context = span.get_span_context()
                await (await client.publish(commands.expire(user)))
                await (await client.publish(commands.expire(user), traceparent=GIVEN))
        received = kafka.wait_for(3)
    first, second, third = (message.headers.get("ce_traceparent") for message in received)
    assert (first, third) == (None, GIVEN)
    assert second is not None
    assert second.startswith(f"00-{context.trace_id:032x}-{context.span_id:016x}-")


def test_the_context_of_the_caller_goes_with_a_command_from_any_thread(user: str) -> None:
    ledger = FakeLedger(source="/tts")
    with mock_kafka(ledger) as kafka:
        with LedgerClient(kafka=kafka.options()) as client:
            with trace.get_tracer("service").start_as_current_span("work") as span:
                client.publish(commands.expire(user)).result(20)
        [message] = kafka.wait_for(1)
    assert f"{span.get_span_context().span_id:016x}" in message.headers["ce_traceparent"]
