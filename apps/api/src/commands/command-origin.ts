import type { FastifyRequest } from 'fastify';
import type { Origin } from '#commands';
import { formatTraceparent, nextTraceparent, parseTraceparent } from '#contracts';

/** The work that the caller says this is part of, or new work. */
export function commandOrigin({ headers }: FastifyRequest): Origin {
  const sent = typeof headers['traceparent'] === 'string' ? headers['traceparent'] : null;
  const trace = nextTraceparent(parseTraceparent(sent));
  return { correlation: trace.traceId, traceparent: formatTraceparent(trace) };
}
