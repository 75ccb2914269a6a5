import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SignJWT } from 'jose';
import { Registry } from 'prom-client';
import { SYSTEM_CLOCK, type Clock } from '#async';
import { AccountCommandProcessor, CommandsModule } from '#commands';
import type { EventStore } from '#event-store';
import { MemoryEventStore } from '#event-store/testing';
import type { Policy } from '#ledger';
import { CLOCK, EVENT_STORE, LOG, METRICS, READ_TABLES, SENDERS, SETTINGS } from '#platform';
import { GREEN, GracefulShutdown, Health, createLog } from '#platform/process';
import type { ReadTables, TableWriter } from '#read-model';
import { MemoryReadTables } from '#read-model/testing';
import { allowAnySender, type Senders } from '#senders';
import { SettingsReader } from '#settings';
import { fixedSettings, type FixedSettingsOptions } from '#settings/testing';
import { ApiRoutesModule } from '../api.module.js';
import {
  TOKEN_VERIFIER,
  createTokenVerifier,
  type TokenVerifier,
} from '../common/access/token-verifier.js';
import { API_OBSERVER, type ApiObserver } from '../common/observer/api-observer.js';
import { API_OPTIONS, type ApiOptions } from '../common/options/api-options.js';
import { createApi } from '../create-api.js';

export const SECRET = 'a secret of at least thirty-two characters';
export const ALICE = '0a11ce00-0000-4000-8000-000000000001';
const START_MS = Date.parse('2030-06-01T00:00:00.000Z');
export const BOB = '0b0b0000-0000-4000-8000-000000000002';

/** The path of a read of one user. */
export const userPath = (path: string, userId = ALICE): string => `/v1/users/${userId}/${path}`;

/** The whole API over doubles of both stores, which fulfil the contracts of the real ones. */
export interface TestApi {
  readonly app: NestFastifyApplication;
  readonly commandProcessor: AccountCommandProcessor;
  readonly store: EventStore;
  readonly clock: TestClock;
  /** Errors that were reported to the observer. */
  readonly reportedErrors: readonly unknown[];
  /** Runs the projector once, so that the read tables contain the stored events. */
  project(): Promise<void>;
  close(): Promise<void>;
}

/** The spec sets the time of day, but waits take real time. */
export class TestClock implements Clock {
  time = START_MS;
  /** Where `now` stands, for a spec of what must not depend on how long its requests take. */
  standsAt: number | null = null;
  readonly now = () => this.standsAt ?? SYSTEM_CLOCK.now();
  readonly timeOfDay = () => this.time;
  readonly after: Clock['after'] = (ms, then) => SYSTEM_CLOCK.after(ms, then);
}

/** Options with which a spec replaces defaults. */
export interface TestApiParts extends ApiOptions {
  readonly senders: Senders;
  readonly health: Health;
  readonly metrics: Registry;
  readonly observer: ApiObserver;
  readonly pageFolder: string | null;
}

export interface TestApiOptions {
  readonly store?: EventStore;
  readonly tables?: ReadTables & TableWriter;
  readonly commandProcessor?: AccountCommandProcessor;
  /** Changes to the policy of settings that never change, and say rules 1 unless it is told. */
  readonly policy?: Partial<Policy>;
  /** What else those settings say. */
  readonly settings?: Omit<FixedSettingsOptions, 'policy'>;
  /** Whether commands are decided by the settings in the store instead. */
  readonly readSettings?: boolean;
  readonly parts?: Partial<TestApiParts>;
  readonly isBehindProxy?: boolean;
  readonly corsOrigins?: readonly string[];
  /** Called with every route that is declared. */
  readonly onRoute?: (route: { readonly method: string | string[]; readonly url: string }) => void;
}

const DEFAULT_OPTIONS = {
  cursorKey: SECRET,
  rates: { userPerSecond: 1_000, servicePerSecond: 1_000, anonymousPerSecond: 1_000 },
  streams: { streamsMax: 10, subjectStreamsMax: 3, pollMs: 10, heartbeatMs: 600_000 },
  positionWaitMsMax: 200,
  hasMetricsPort: false,
};

export async function openTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const clock = new TestClock();
  const { policy = {}, parts = {} } = options;
  const { store = new MemoryEventStore({ timeOfDay: () => clock.timeOfDay() }) } = options;
  const tables: ReadTables & TableWriter = options.tables ?? new MemoryReadTables();
  const reportedErrors: unknown[] = [];
  const { readSettings = false } = options;
  const settings = readSettings
    ? new SettingsReader({ store, clock, policyChanges: policy })
    : fixedSettings({ ...options.settings, policy });
  const commandProcessor =
    options.commandProcessor ?? new AccountCommandProcessor({ store, settings });
  const { senders, health, metrics, observer, pageFolder = null, ...apiOptions } = parts;
  const tokens = await createTokenVerifier(
    { algorithm: 'HS256', keys: { kind: 'secret', secret: SECRET } },
    clock.timeOfDay,
  );
  const module = TestApiModule.forRoot(commandProcessor, [
    [EVENT_STORE, store],
    [READ_TABLES, tables],
    [CLOCK, clock],
    [SETTINGS, settings],
    [METRICS, metrics ?? new Registry()],
    [SENDERS, senders ?? allowAnySender()],
    [TOKEN_VERIFIER, tokens satisfies TokenVerifier],
    [API_OPTIONS, { ...DEFAULT_OPTIONS, ...apiOptions } satisfies ApiOptions],
    [API_OBSERVER, observer ?? collectingObserver(reportedErrors)],
    [Health, health ?? healthyProcess()],
  ]);
  const { isBehindProxy = false, corsOrigins = [] } = options;
  const app = await createApi(module, { isBehindProxy, corsOrigins, pageFolder });
  const fastify = app.getHttpAdapter().getInstance();
  if (options.onRoute !== undefined) fastify.addHook('onRoute', options.onRoute);
  await app.init();
  await fastify.ready();
  return {
    app,
    commandProcessor,
    store,
    clock,
    reportedErrors,
    async project() {
      const position = (await tables.checkpoint())?.position ?? null;
      const { next, ...page } = await store.readAll(position, 10_000);
      if (next !== null && next !== position) await tables.write(position, { ...page, next });
    },
    close: () => app.close(),
  };
}

/** The routes of the API over the providers of a spec. */
@Global()
@Module({})
class TestApiModule {
  static forRoot(
    processor: AccountCommandProcessor,
    values: readonly (readonly [symbol | typeof Health, unknown])[],
  ): DynamicModule {
    const log = createLog({ app: 'api', level: 'silent' });
    const providers = [
      ...values.map(([provide, useValue]) => ({ provide, useValue })),
      { provide: LOG, useValue: log },
      { provide: GracefulShutdown, useValue: new GracefulShutdown(log) },
    ];
    return {
      module: TestApiModule,
      imports: [CommandsModule.forRoot(processor), ApiRoutesModule],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}

function healthyProcess(): Health {
  const health = new Health([]);
  health.report('read-tables', GREEN);
  return health;
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

const collectingObserver = (errors: unknown[]): ApiObserver => ({
  ...SILENT_OBSERVER,
  requestFailed: (_route, _status, error) => void errors.push(error),
});

export interface TokenClaims {
  readonly sub?: string;
  readonly roles?: readonly string[];
  /** A time relative to the start of the spec's clock. */
  readonly seconds?: number;
}

export function signToken({ sub = 'billing', roles = ['service'], seconds = 3_600 }: TokenClaims) {
  return new SignJWT({ roles: [...roles] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setExpirationTime(START_MS / 1000 + seconds)
    .sign(new TextEncoder().encode(SECRET));
}

export const bearer = async (claims: TokenClaims = {}): Promise<{ authorization: string }> => ({
  authorization: `Bearer ${await signToken(claims)}`,
});

/** Sends a command as a service. Throws unless it is accepted. */
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

/** Reads as an auditor unless other claims are given. */
export async function read(
  api: TestApi,
  url: string,
  claims: TokenClaims = { roles: ['auditor'] },
) {
  return api.app.inject({ url, headers: await bearer(claims) });
}

/** Records two batches, a script, dubbing with seconds, a pre-deduction settled below its estimate, and a refund. */
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
