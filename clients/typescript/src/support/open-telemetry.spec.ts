import { openTelemetry } from './open-telemetry.js';

function spans(traceId: string) {
  const calls: unknown[] = [];
  const span = {
    spanContext: () => ({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 }),
    setAttribute: (name: string, value: string) => calls.push([name, value]),
    setStatus: (status: object) => calls.push(status),
    recordException: (error: Error) => calls.push(error.message),
    end: () => void calls.push('end'),
  };
  const tracing = openTelemetry({ trace: { getTracer: () => ({ startSpan: () => span }) } });
  return { calls, tracing };
}

describe('a span of OpenTelemetry', () => {
  it('gives its command the trace, and tells its result', () => {
    const { calls, tracing } = spans('0af7651916cd43dd8448eb211c80319c');
    const span = tracing.startSpan('points ConsumePoints', {});
    expect(span.traceparent).toBe('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    span.end({ status: 'accepted' });
    expect(calls).toEqual([['points.status', 'accepted'], 'end']);
  });

  it('without an SDK gives no trace, and tells an error', () => {
    const { calls, tracing } = spans('0'.repeat(32));
    const span = tracing.startSpan('points ConsumePoints', {});
    expect(span.traceparent).toBeNull();
    span.end({ status: 'error', error: new Error('it may not') });
    expect(calls.slice(1)).toEqual(['it may not', { code: 2, message: 'it may not' }, 'end']);
  });
});
