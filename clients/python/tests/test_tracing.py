"""Spans and trace context, with OpenTelemetry's own SDK."""

from __future__ import annotations

import logging

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from points_ledger import AsyncLedgerClient, Http, Unknown, commands
from points_ledger.testing import FakeLedger

from .scripted_api import ScriptedApi, answer, outcome

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
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
