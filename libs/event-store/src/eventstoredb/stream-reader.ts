import { BACKWARDS, END, START } from '@eventstore/db-client';
import type { ReadOptions, RecordedEvent } from '../port.js';
import type { Clients } from './clients.js';
import type { Credentials } from './connection-string.js';
import { readEvents } from './reading.js';
import { fromResolved } from './stored-event.js';

export async function* readStream(
  clients: Clients,
  credentials: Credentials,
  deadlineMs: number,
  stream: string,
  { from, limit, backwards = false }: ReadOptions,
): AsyncGenerator<RecordedEvent, void, undefined> {
  if (limit === 0) return;
  const edge = backwards ? END : START;
  const events = readEvents(clients, deadlineMs, (client) =>
    client.readStream(stream, {
      credentials,
      fromRevision: from === undefined ? edge : BigInt(from),
      ...(limit === undefined ? {} : { maxCount: limit }),
      ...(backwards ? { direction: BACKWARDS } : {}),
    }),
  );
  for await (const event of events) yield fromResolved(event);
}
