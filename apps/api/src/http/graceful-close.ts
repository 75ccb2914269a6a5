import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const LOOK_AGAIN_MS = 20;

/** Knows what is being answered. Made before the server listens. */
export class AnswersUnderWay {
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
export async function closeApi(
  app: NestFastifyApplication,
  underWay: AnswersUnderWay,
): Promise<void> {
  const server: Server = app.getHttpServer();
  const look = setInterval(() => {
    if (!server.listening && underWay.count === 0) server.closeAllConnections();
    else server.closeIdleConnections();
  }, LOOK_AGAIN_MS);
  try {
    await app.close();
  } finally {
    clearInterval(look);
  }
}
