import type { FastifyRequest } from 'fastify';
import type { Origin } from '#commands';
import { formatTraceparent, nextTraceparent, parseTraceparent } from '#contracts';

/** Continues the trace that the caller sent, or starts a new one. */
export function commandOrigin({ headers }: FastifyRequest): Origin {
  const sent = typeof headers['traceparent'] === 'string' ? headers['traceparent'] : null;
  const trace = nextTraceparent(parseTraceparent(sent));
  return { correlation: trace.traceId, traceparent: formatTraceparent(trace) };
}
