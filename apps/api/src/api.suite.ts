import { SignJWT } from 'jose';
import { Registry } from 'prom-client';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccountDesk } from '#commands';
import { MemoryEventStore, type EventStore } from '#event-store';
import { DEFAULT_POLICY, type Policy } from '#ledger';
import { MemoryReadTables, type ReadTables, type TableWriter } from '#read-model';
import { GREEN, Health, SYSTEM_CLOCK, type Clock } from '#runtime';
import { tokenVerifier } from './access/token-verifier.js';
import type { ApiObserver } from './api-observer.js';
import type { ApiParts } from './api-parts.js';
import { createApi } from './create-api.js';

export const SECRET = 'a secret of at least thirty-two characters';
export const ALICE = '0a11ce00-0000-4000-8000-000000000001';
export const BOB = '0b0b0000-0000-4000-8000-000000000002';

/** The whole API over doubles of both stores, which keep the contracts of the real ones. */
export interface ApiDouble {
  readonly app: NestFastifyApplication;
  readonly store: EventStore;
  readonly clock: ClockDouble;
  /** What it reported as trouble. */
  readonly troubles: readonly unknown[];
  /** Carries what is stored into the read tables: the projector, when a spec says so. */
  project(): Promise<void>;
  close(): Promise<void>;
}

/** The time of day is set by the spec; waits are real. */
export class ClockDouble implements Clock {
  time = Date.parse('2030-06-01T00:00:00.000Z');
  readonly now = () => SYSTEM_CLOCK.now();
  readonly timeOfDay = () => this.time;
  readonly after: Clock['after'] = (ms, then) => SYSTEM_CLOCK.after(ms, then);
}

export interface ApiDoubleOptions {
  readonly store?: EventStore;
  readonly tables?: ReadTables & TableWriter;
  readonly desk?: AccountDesk;
  readonly policy?: Policy;
  readonly parts?: Partial<ApiParts>;
}

export async function openApiDouble(options: ApiDoubleOptions = {}): Promise<ApiDouble> {
  const { store = new MemoryEventStore() } = options;
  const tables: ReadTables & TableWriter = options.tables ?? new MemoryReadTables();
  const policy = options.policy ?? DEFAULT_POLICY;
  const clock = new ClockDouble();
  const troubles: unknown[] = [];
  const desk = options.desk ?? new AccountDesk({ store, policy });
  const health = new Health([]);
  health.report('read-tables', GREEN);
  const parts: ApiParts = {
    desk,
    store,
    tables,
    policy,
    tokens: await tokenVerifier({ algorithm: 'HS256', keys: { kind: 'secret', secret: SECRET } }),
    cursorKey: SECRET,
    rates: { userPerSecond: 1_000, servicePerSecond: 1_000, unknownPerSecond: 1_000 },
    streams: { streamsMax: 10, subjectStreamsMax: 3, pollMs: 10, heartbeatMs: 10_000 },
    positionWaitMsMax: 200,
    health,
    metrics: new Registry(),
    clock,
    observer: { ...SILENT, failed: (_, error) => void troubles.push(error) },
    pageFolder: null,
    ...options.parts,
  };
  const app = await createApi(parts, { isBehindProxy: false }, false);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    store,
    clock,
    troubles,
    async project() {
      const position = (await tables.checkpoint())?.position ?? null;
      const { events, next } = await store.readAll(position, 10_000);
      if (next !== null && events.length > 0) await tables.write(position, { events, next });
    },
    async close() {
      await app.close();
      await desk.drain(1_000);
    },
  };
}

const nothing = (): void => undefined;
export const SILENT: ApiObserver = { answered: nothing, failed: nothing, newsFailed: nothing };

export interface TokenSays {
  readonly sub?: string;
  readonly roles?: readonly string[];
  /** From now on. */
  readonly seconds?: number;
}

export function tokenOf({ sub = 'billing', roles = ['service'], seconds = 3_600 }: TokenSays) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ roles: [...roles] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setExpirationTime(now + seconds)
    .sign(new TextEncoder().encode(SECRET));
}

export const bearer = async (says: TokenSays = {}): Promise<{ authorization: string }> => ({
  authorization: `Bearer ${await tokenOf(says)}`,
});
