import { jest } from '@jest/globals';
import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { LedgerClient } from '../client/ledger-client.js';
import { FakeLedger } from '../testing/fake-ledger.js';
import { currentTraceparent } from './installed-tracing.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';

describe('the API of OpenTelemetry itself', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  beforeAll(() => api.trace.setGlobalTracerProvider(provider));
  afterAll(() => api.trace.disable());

  it('gives each command a span, whose trace the command carries', async () => {
    const ledger = new FakeLedger();
    const client = new LedgerClient({ transport: ledger.transport() });
    await client.recharge({ user_id: USER, points: 5, expires_at: null });
    await client.consume({ user_id: USER, points: 6, source_type: 'script' });
    const spans = exporter.getFinishedSpans();
    expect(
      spans.map(({ name, kind, attributes }) => [name, kind, attributes['points.status']]),
    ).toEqual([
      ['points RechargePoints', api.SpanKind.CLIENT, 'accepted'],
      ['points ConsumePoints', api.SpanKind.CLIENT, 'refused'],
    ]);
    expect(ledger.commands.map(({ traceparent }) => traceparent)).toEqual(
      spans.map((span) => {
        const { traceId, spanId } = span.spanContext();
        return `00-${traceId}-${spanId}-01`;
      }),
    );
  });

  it('leaves spans out where they are not wanted', async () => {
    exporter.reset();
    const ledger = new FakeLedger();
    const client = new LedgerClient({ transport: ledger.transport(), tracing: null });
    await client.recharge({ user_id: USER, points: 5, expires_at: null });
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect(ledger.commands.map(({ traceparent }) => traceparent)).toEqual([null]);
  });

  it('tells the trace of the work that is going on', () => {
    expect(currentTraceparent()).toBeNull();
    const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
    jest.spyOn(api.trace, 'getActiveSpan').mockReturnValueOnce(api.trace.wrapSpanContext(context));
    expect(currentTraceparent()).toBe(`00-${context.traceId}-${context.spanId}-01`);
  });
});
