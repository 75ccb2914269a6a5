/** One span: work of this process that a trace shows. */
export interface Span {
  /** W3C trace context, which the command carries; null: none. */
  readonly traceparent: string | null;
  readonly end: (result: { readonly status: string; readonly error?: unknown }) => void;
}

/** Where spans come from: `openTelemetry()` of this package, or something of the service's own. */
export interface Tracing {
  readonly startSpan: (name: string, attributes: Readonly<Record<string, string>>) => Span;
}

export const NO_SPAN: Span = { traceparent: null, end: () => undefined };

export const NO_TRACING: Tracing = { startSpan: () => NO_SPAN };
