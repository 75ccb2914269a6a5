import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { LedgerClient } from '../client/ledger-client.js';
import { FakeLedger } from '../testing/fake-ledger.js';
import { openTelemetry } from './open-telemetry.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';

describe('the API of OpenTelemetry itself', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  beforeAll(() => api.trace.setGlobalTracerProvider(provider));
  afterAll(() => api.trace.disable());

  it('gives each command a span, whose trace the command carries', async () => {
    const ledger = new FakeLedger();
    const client = new LedgerClient({ transport: ledger.transport(), tracing: openTelemetry(api) });
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
});
