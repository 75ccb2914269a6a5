"""Spans and trace context by OpenTelemetry, where its API is installed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from .commands import SentCommand
from .results import Accepted, Refused, Result


@dataclass
class CommandSpan:
    """The span of one command. ``traceparent`` goes with its message."""

    traceparent: str | None
    end_with: Callable[[Result], None]


try:
    from opentelemetry import propagate, trace
except ImportError:

    @contextmanager
    def command_span(command: SentCommand, traceparent: str | None) -> Generator[CommandSpan, None, None]:
        yield CommandSpan(traceparent, lambda _result: None)

    def current_traceparent() -> str | None:
        return None

else:

    def current_traceparent() -> str | None:
        """The trace context of the caller, for a command whose answer nobody waits for."""
        if not trace.get_current_span().get_span_context().is_valid:
            return None
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        return carrier.get("traceparent")

    @contextmanager
    def command_span(command: SentCommand, traceparent: str | None) -> Generator[CommandSpan, None, None]:
        """A trace context that the caller gives is passed on as it is."""
        tracer = trace.get_tracer("points_ledger")
        attributes = {
            "messaging.system": "points_ledger",
            "points_ledger.command_id": command.id,
            "points_ledger.command_source": command.source,
        }
        name = f"points {command.type}"
        with tracer.start_as_current_span(name, kind=trace.SpanKind.PRODUCER, attributes=attributes) as span:
            carrier: dict[str, str] = {}
            propagate.inject(carrier)

            def end_with(result: Result) -> None:
                span.set_attribute("points_ledger.result", type(result).__name__)
                if isinstance(result, (Accepted, Refused)):
                    span.set_attribute("points_ledger.replayed", result.outcome.replayed)
                if isinstance(result, Refused):
                    span.set_attribute("points_ledger.code", result.code)

            yield CommandSpan(traceparent or carrier.get("traceparent"), end_with)
