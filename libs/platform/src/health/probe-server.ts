import { createServer, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Health, HealthReport } from './health.js';

export interface ProbeServerOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly host?: string;
  readonly health: Health;
  readonly metrics: Registry;
}

export interface ProbeServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `/health/live`, `/health/ready` and `/metrics` for a process without other HTTP. */
export function serveProbes(options: ProbeServerOptions): Promise<ProbeServer> {
  const { health, metrics } = options;
  const server = createServer((request, response) => {
    switch (request.url) {
      case '/health/live':
        return answer(response, health.live());
      case '/health/ready':
        return answer(response, health.ready());
      case '/metrics':
        return void metrics.metrics().then(
          (text) => response.setHeader('content-type', metrics.contentType).end(text),
          () => response.writeHead(500).end(),
        );
      default:
        response.writeHead(404).end();
    }
  });
  server.requestTimeout = 10_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : options.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

function answer(response: ServerResponse, report: HealthReport): void {
  const { ok, parts } = report;
  response
    .writeHead(ok ? 200 : 503, { 'content-type': 'application/json' })
    .end(JSON.stringify({ status: ok ? 'ok' : 'unavailable', parts }));
}
