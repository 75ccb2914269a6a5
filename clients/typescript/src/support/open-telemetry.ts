import type { Tracing } from './tracing.js';

export interface OpenTelemetrySpan {
  spanContext(): {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceFlags: number;
  };
  setAttribute(name: string, value: string): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  recordException(error: Error): void;
  end(): void;
}

/** What is used of `@opentelemetry/api`, which the package does not depend on. */
export interface OpenTelemetryApi {
  readonly trace: {
    getTracer(name: string): {
      startSpan(
        name: string,
        options: { readonly kind: number; readonly attributes: Readonly<Record<string, string>> },
      ): OpenTelemetrySpan;
    };
  };
}

// `SpanKind.CLIENT` and `SpanStatusCode.ERROR` of the API.
const CLIENT = 2;
const ERROR = 2;
const NO_TRACE = /^0*$/;

/** Without an SDK the API gives spans of no trace. */
export function traceparentOf(span: Pick<OpenTelemetrySpan, 'spanContext'>): string | null {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0');
  return NO_TRACE.test(traceId) ? null : `00-${traceId}-${spanId}-${flags}`;
}

/** A span for each command, which carries its trace. It is used by itself where the API is installed. */
export function openTelemetry(api: OpenTelemetryApi): Tracing {
  const tracer = api.trace.getTracer('@points-ledger/client');
  return {
    startSpan: (name, attributes) => {
      const span = tracer.startSpan(name, { kind: CLIENT, attributes });
      return {
        traceparent: traceparentOf(span),
        end: ({ status, error }) => {
          span.setAttribute('points.status', status);
          if (error instanceof Error) {
            span.recordException(error);
            span.setStatus({ code: ERROR, message: error.message });
          }
          span.end();
        },
      };
    },
  };
}
