import type { FastifyRequest } from 'fastify';
import { formatTraceparent, nextTraceparent, parseTraceparent } from '#contracts';

interface RequestOrigin {
  readonly correlation: string;
  readonly traceparent: string;
}

/** Continues the trace that the caller sent, or starts a new one. */
export function requestOrigin({ headers }: FastifyRequest): RequestOrigin {
  const sent = typeof headers['traceparent'] === 'string' ? headers['traceparent'] : null;
  const trace = nextTraceparent(parseTraceparent(sent));
  return { correlation: trace.traceId, traceparent: formatTraceparent(trace) };
}
