import { afterAll, beforeAll } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  binaryEvent,
  EventStoreDBClient,
  jsonEvent,
  type AppendResult,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { EventStoreDbProtocolServer, type ProtocolServerOptions } from '../protocol-server.js';
import { selfSigned } from '../self-signed.js';

/** Per-call credentials choose the classic append; without them the client uses BatchAppend. */
export const CLASSIC = { credentials: { username: 'admin', password: 'changeit' } };

/** A server and the real client, for the tests of one `describe`. */
export function withServer(options: ProtocolServerOptions = {}) {
  const setUp = {
    server: new EventStoreDbProtocolServer(options),
    client: EventStoreDBClient.connectionString`esdb://127.0.0.1:1?tls=false`,
  };
  beforeAll(async () => {
    await setUp.server.start();
    setUp.client = EventStoreDBClient.connectionString(setUp.server.connectionString);
  });
  afterAll(async () => {
    await setUp.client.dispose();
    await setUp.server.stop();
  });
  return setUp;
}

/** A server over TLS, which authenticates users, and a client for each user. */
export function withSecureServer(options: Omit<ProtocolServerOptions, 'tls'> = {}) {
  const tls = selfSigned();
  const clients: EventStoreDBClient[] = [];
  const caFile = join(tmpdir(), `esdb-tls-${randomUUID()}.pem`);
  const setUp = {
    server: new EventStoreDbProtocolServer({ ...options, tls }),
    /** Null: a client without credentials. */
    clientOf(user: string | null): EventStoreDBClient {
      const who = user === null ? '' : `${user}@`;
      const client = EventStoreDBClient.connectionString(
        `esdb://${who}localhost:${setUp.server.port}?tls=true&tlsCAFile=${encodeURIComponent(caFile)}`,
      );
      clients.push(client);
      return client;
    },
  };
  beforeAll(async () => {
    await setUp.server.start();
    await writeFile(caFile, tls.cert);
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.dispose()));
    await setUp.server.stop();
    await rm(caFile);
  });
  return setUp;
}

export const newStream = (): string => `stream-${randomUUID()}`;

export const testEvents = (count = 4, type = 'test') =>
  Array.from({ length: count }, (_, index) => jsonEvent({ type, data: { index } }));

/** An event that only points to another. */
export const linkTo = (stream: string, revision: number) =>
  binaryEvent({ type: '$>', data: Buffer.from(`${revision}@${stream}`) });

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const revisionsOf = (events: readonly ResolvedEvent[]): number[] =>
  events.map(({ event }) => Number(event?.revision));

/** Takes from a subscription until it has so many, then lets it go. */
export async function take<T>(
  subscription: AsyncIterable<T> & { unsubscribe(): Promise<void> },
  count: number,
): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of subscription) {
    taken.push(item);
    if (taken.length === count) break;
  }
  await subscription.unsubscribe();
  return taken;
}

export { eventuallyHolds as eventually } from '../../eventually.js';

export { settledWithin } from '#async';

export const positionOf = (result: AppendResult) => {
  if (result.position === undefined) throw new Error('no position');
  return result.position;
};
