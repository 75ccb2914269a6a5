import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const CONNECTION_CHECK_MS = 20;

/** Counts the requests that are being answered. It must be created before the server listens. */
export class InFlightRequests {
  #count = 0;

  constructor(server: Server) {
    server.on('request', (_: IncomingMessage, response: ServerResponse) => {
      this.#count += 1;
      response.once('close', () => (this.#count -= 1));
    });
  }

  get count(): number {
    return this.#count;
  }
}

/**
 * Accepts no new request and waits for those in flight, `msMax` at most. Connections are closed after
 * the last answer, because one that is kept alive or was never used would hold up the shutdown.
 */
export async function closeGracefully(
  app: NestFastifyApplication,
  inFlight: InFlightRequests,
  msMax: number,
): Promise<void> {
  const server: Server = app.getHttpServer();
  const closeUnused = setInterval(() => {
    if (!server.listening && inFlight.count === 0) server.closeAllConnections();
    else server.closeIdleConnections();
  }, CONNECTION_CHECK_MS);
  // Nest closes the server once more afterwards, and would wait for a request that never ends.
  const closeAll = setTimeout(() => server.closeAllConnections(), msMax);
  try {
    await app.getHttpAdapter().close();
  } finally {
    clearInterval(closeUnused);
    clearTimeout(closeAll);
  }
}
