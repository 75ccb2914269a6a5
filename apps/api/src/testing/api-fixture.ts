import { SignJWT } from 'jose';
import { Registry } from 'prom-client';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccountCommandProcessor } from '#commands';
import type { EventStore } from '#event-store';
import { MemoryEventStore } from '#event-store/testing';
import { DEFAULT_POLICY, type Policy } from '#ledger';
import { type ReadTables, type TableWriter } from '#read-model';
import { MemoryReadTables } from '#read-model/testing';
import { allowAnySender } from '#senders';
import { SYSTEM_CLOCK, type Clock } from '#async';
import { GREEN, Health } from '#platform/process';
import { createTokenVerifier } from '../common/access/token-verifier.js';
import type { ApiObserver } from '../common/api-observer.js';
import type { ApiParts } from '../api-parts.js';
import { createApi } from '../create-api.js';

export const SECRET = 'a secret of at least thirty-two characters';
export const ALICE = '0a11ce00-0000-4000-8000-000000000001';
export const START_MS = Date.parse('2030-06-01T00:00:00.000Z');
export const BOB = '0b0b0000-0000-4000-8000-000000000002';

/** The address of what is asked about a user. */
export const userPath = (path: string, userId = ALICE): string => `/v1/users/${userId}/${path}`;

/** The whole API over doubles of both stores, which keep the contracts of the real ones. */
export interface TestApi {
  readonly app: NestFastifyApplication;
  readonly commandProcessor: AccountCommandProcessor;
  readonly store: EventStore;
  readonly clock: TestClock;
  /** What it reported as trouble. */
  readonly reportedErrors: readonly unknown[];
  /** Carries what is stored into the read tables: the projector, when a spec says so. */
  project(): Promise<void>;
  close(): Promise<void>;
}

/** The time of day is set by the spec; waits are real. */
export class TestClock implements Clock {
  time = START_MS;
  readonly now = () => SYSTEM_CLOCK.now();
  readonly timeOfDay = () => this.time;
  readonly after: Clock['after'] = (ms, then) => SYSTEM_CLOCK.after(ms, then);
}

export interface TestApiOptions {
  readonly store?: EventStore;
  readonly tables?: ReadTables & TableWriter;
  readonly commandProcessor?: AccountCommandProcessor;
  readonly policy?: Policy;
  readonly parts?: Partial<ApiParts>;
  readonly isBehindProxy?: boolean;
  readonly corsOrigins?: readonly string[];
  /** Told of every route there is. */
  readonly onRoute?: (route: { readonly method: string | string[]; readonly url: string }) => void;
}

export async function openTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { store = new MemoryEventStore() } = options;
  const tables: ReadTables & TableWriter = options.tables ?? new MemoryReadTables();
  const policy = options.policy ?? DEFAULT_POLICY;
  const clock = new TestClock();
  const troubles: unknown[] = [];
  const desk = options.commandProcessor ?? new AccountCommandProcessor({ store, policy });
  const health = new Health([]);
  health.report('read-tables', GREEN);
  const parts: ApiParts = {
    commandProcessor: desk,
    store,
    tables,
    policy,
    tokens: await createTokenVerifier(
      { algorithm: 'HS256', keys: { kind: 'secret', secret: SECRET } },
      clock.timeOfDay,
    ),
    senders: allowAnySender(),
    cursorKey: SECRET,
    rates: { userPerSecond: 1_000, servicePerSecond: 1_000, unknownPerSecond: 1_000 },
    streams: { streamsMax: 10, subjectStreamsMax: 3, pollMs: 10, heartbeatMs: 10_000 },
    positionWaitMsMax: 200,
    health,
    metrics: new Registry(),
    clock,
    observer: { ...SILENT_OBSERVER, requestFailed: (_, __, error) => void troubles.push(error) },
    pageFolder: null,
    hasMetricsPort: false,
    ...options.parts,
  };
  const { isBehindProxy = false, corsOrigins = [] } = options;
  const api = await createApi(parts, { isBehindProxy, corsOrigins }, false);
  const { app } = api;
  const fastify = app.getHttpAdapter().getInstance();
  if (options.onRoute !== undefined) fastify.addHook('onRoute', options.onRoute);
  await app.init();
  await fastify.ready();
  return {
    app,
    commandProcessor: desk,
    store,
    clock,
    reportedErrors: troubles,
    async project() {
      const position = (await tables.checkpoint())?.position ?? null;
      const { next, ...page } = await store.readAll(position, 10_000);
      if (next !== null && next !== position) await tables.write(position, { ...page, next });
    },
    async close() {
      await api.close();
      await desk.drain(1_000);
    },
  };
}

const nothing = (): void => undefined;
export const SILENT_OBSERVER: ApiObserver = {
  requestCompleted: nothing,
  commandProcessed: nothing,
  commandForbidden: nothing,
  requestFailed: nothing,
  positionPollFailed: nothing,
  openStreamsChanged: nothing,
};

export interface TokenClaims {
  readonly sub?: string;
  readonly roles?: readonly string[];
  /** From the beginning of the spec's time. */
  readonly seconds?: number;
}

export function signToken({ sub = 'billing', roles = ['service'], seconds = 3_600 }: TokenClaims) {
  return new SignJWT({ roles: [...roles] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setExpirationTime(START_MS / 1000 + seconds)
    .sign(new TextEncoder().encode(SECRET));
}

export const bearer = async (says: TokenClaims = {}): Promise<{ authorization: string }> => ({
  authorization: `Bearer ${await signToken(says)}`,
});

/** Sends a command as a service does, and wants it to be accepted. */
export async function sendAccepted(
  api: TestApi,
  type: string,
  id: string,
  body: Readonly<Record<string, unknown>>,
): Promise<{ readonly position: string; readonly batch_id: number | null }> {
  const response = await api.app.inject({
    method: 'POST',
    url: `/v1/commands/${type}`,
    headers: { ...(await bearer()), 'idempotency-key': id },
    payload: body,
  });
  if (response.statusCode !== 200) throw new Error(`${type} ${id}: ${response.body}`);
  return response.json();
}

/** Reads as somebody who may read everything. */
export async function read(api: TestApi, url: string, says: TokenClaims = { roles: ['auditor'] }) {
  return api.app.inject({ url, headers: await bearer(says) });
}

/** Two batches, a script, dubbing with seconds, a pre-deduction settled below its estimate, a refund. */
export async function seedAccount(api: TestApi, userId: string = ALICE): Promise<void> {
  const of = { user_id: userId };
  const step = (minutes: number): void => {
    api.clock.time += minutes * 60_000;
  };
  await sendAccepted(api, 'RechargePoints', 'r1', {
    ...of,
    points: 100,
    expires_at: null,
    source_id: 'o-1',
  });
  step(1);
  const expires_at = '2030-12-31T00:00:00+08:00';
  await sendAccepted(api, 'RechargePoints', 'r2', { ...of, points: 50, expires_at, priority: 10 });
  step(1);
  await sendAccepted(api, 'ConsumePoints', 'c1', { ...of, points: 60, source_type: 'script' });
  step(1);
  await sendAccepted(api, 'ConsumePoints', 'c2', {
    ...of,
    points: 5,
    source_type: 'tts',
    duration: 12.5,
  });
  step(1);
  const video = { ...of, points: 20, source_type: 'video', duration: 9, settle_within: 3_600 };
  await sendAccepted(api, 'ConsumePoints', 'c3', { ...video, source_id: 'task-3' });
  step(1);
  await sendAccepted(api, 'SettleConsumption', 's3', {
    ...of,
    consumption_id: 'c3',
    points: 8,
    duration: 4.25,
  });
  step(1);
  await sendAccepted(api, 'RefundPoints', 'f1', {
    ...of,
    consumption_id: 'c1',
    reason: '生成失败',
  });
  await api.project();
}

export { eventually } from '#testing';
