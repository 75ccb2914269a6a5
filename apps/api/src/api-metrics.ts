import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { answerCounter, denialCounter } from '#platform';
import { LATENCY_BUCKETS_SECONDS, type StallDetector, type Log } from '#platform/process';
import type { ApiObserver } from './common/observer/api-observer.js';

/** What the API reports, as figures to alarm on and lines to search. */
export function createApiObserver(
  registry: Registry,
  log: Log,
  stallDetector: StallDetector,
): ApiObserver {
  const registers = [registry];
  const requests = new Histogram({
    name: 'ledger_http_request_seconds',
    help: 'Requests, from their first byte to the last of their answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [...LATENCY_BUCKETS_SECONDS],
    registers,
  });
  const serverErrors = new Counter({
    name: 'ledger_http_trouble_total',
    help: 'Requests that ended in trouble that is not the client’s',
    labelNames: ['route', 'status'] as const,
    registers,
  });
  const streams = new Gauge({
    name: 'ledger_http_streams',
    help: 'Answers that go on: new rows, and exports',
    registers,
  });
  const countAnswer = answerCounter(registry);
  const countDenial = denialCounter(registry);
  return {
    commandForbidden: (denial) => {
      countDenial(denial);
      log.warn(denial, 'command not allowed');
    },
    requestCompleted: ({ method, route, status, ms }) => {
      // How long a reader stays is no latency.
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
      // Trouble that passes comes in crowds: the log tells it once, and counts.
      if (status === 503) log.warn({ route, err }, 'request not answered');
      else log.error({ route, err }, 'request failed');
    },
    positionPollFailed: (err) => log.warn({ err }, 'no news of the read tables'),
    openStreamsChanged: (count) => streams.set(count),
  };
}
