import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { answerCounter, denialCounter } from '#platform';
import { LATENCY_BUCKETS_SECONDS, type StallDetector, type Log } from '#platform/process';
import type { ApiObserver } from './common/observer/api-observer.js';

/** Turns what the API reports into metrics and log lines. */
export function createApiObserver(
  registry: Registry,
  log: Log,
  stallDetector: StallDetector,
): ApiObserver {
  const registers = [registry];
  const requests = new Histogram({
    name: 'ledger_http_request_seconds',
    help: 'Duration of HTTP requests in seconds, streams left out',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [...LATENCY_BUCKETS_SECONDS],
    registers,
  });
  const serverErrors = new Counter({
    name: 'ledger_http_trouble_total',
    help: 'HTTP requests that failed because of the server',
    labelNames: ['route', 'status'] as const,
    registers,
  });
  const streams = new Gauge({
    name: 'ledger_http_streams',
    help: 'Open streams and exports',
    registers,
  });
  const countAnswer = answerCounter(registry);
  const countDenial = denialCounter(registry);
  return {
    commandForbidden: (denial) => {
      countDenial(denial);
      log.warn(denial, 'command forbidden');
    },
    requestCompleted: ({ method, route, status, ms }) => {
      // The duration of a stream is not a latency.
      if (!route.endsWith('/stream')) requests.observe({ method, route, status }, ms / 1000);
    },
    commandProcessed: (command, { correlation }, answer) => {
      stallDetector.reportProgress();
      countAnswer(command.type, answer);
      const { code } = answer;
      if (code !== null) log.info({ code, type: command.type, correlation }, 'command refused');
    },
    requestFailed: (route, status, err) => {
      serverErrors.inc({ route, status });
      // A temporary error affects many requests, so that the log writes it once and counts the rest.
      if (status === 503) log.warn({ route, err }, 'request answered 503');
      else log.error({ route, err }, 'request failed');
    },
    positionPollFailed: (err) => log.warn({ err }, 'read tables not polled'),
    openStreamsChanged: (count) => streams.set(count),
  };
}
