import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const CONNECTION_CHECK_MS = 20;

/** Knows what is being answered. Made before the server listens. */
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
 * Takes nothing new, ends the streams, and waits for what is being answered. Connections are closed
 * behind the last answer: one kept alive, or opened and never used, would hold up the end.
 */
export async function closeGracefully(
  app: NestFastifyApplication,
  inFlight: InFlightRequests,
): Promise<void> {
  const server: Server = app.getHttpServer();
  const timer = setInterval(() => {
    if (!server.listening && inFlight.count === 0) server.closeAllConnections();
    else server.closeIdleConnections();
  }, CONNECTION_CHECK_MS);
  try {
    await app.close();
  } finally {
    clearInterval(timer);
  }
}
