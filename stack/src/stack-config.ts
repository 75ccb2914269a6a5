import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  ConfigurationError,
  ledgerPolicy,
  list,
  onOff,
  port,
  readConfiguration,
  type Environment,
} from '#platform/process';
import { projectRoot } from '#embedded';
import type { Policy } from '#ledger';

export const APPS = ['projector', 'api', 'intake', 'sweeper'] as const;
export type App = (typeof APPS)[number];

const VARIABLES = z.object({
  DATA_DIR: z.string().min(1).default('.data'),
  API_PORT: port().optional(),
  KAFKA_PORT: port().optional(),
  POSTGRES_PORT: port().optional(),
  DEMO: onOff().prefault('on'),
  APPS: list()
    .prefault(APPS.join(','))
    .pipe(z.array(z.enum(APPS, { error: `must name some of ${APPS.join(', ')}, or nothing` }))),
  KAFKA_BROKERS: z.string().min(1).optional(),
  DATABASE_URL: z.string().min(1).optional(),
  EVENT_STORE: z.string().min(1).optional(),
  MIGRATION_URL: z.string().min(1).optional(),
  LEDGER_POLICY: ledgerPolicy,
  SNAPSHOT_KEYS: z.string().min(1).optional(),
  SENDERS_FILE: z.string().min(1).optional(),
  SENDERS: z.string().min(1).optional(),
  POINTS_SOURCE: z.string().min(1).optional(),
  POINTS_KEY_ID: z.string().min(1).optional(),
  POINTS_KEY: z.string().min(1).optional(),
  LEDGER_API: z.url({ error: 'must be an address' }).optional(),
  LEDGER_TOKEN: z.string().min(1).optional(),
});

/** The configuration of the local stack. For what is undefined it chooses a value or starts its own server. */
export interface StackConfig {
  readonly dataDir: string;
  readonly apiPort: number | undefined;
  readonly kafkaPort: number | undefined;
  readonly postgresPort: number | undefined;
  readonly demo: boolean;
  readonly apps: readonly App[];
  readonly kafkaBrokers: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly eventStore: string | undefined;
  readonly migrationUrl: string | undefined;
  /** Changes to the default policy, for the first version of the settings of the ledger. */
  readonly policyChanges: Partial<Policy>;
  readonly snapshotKeys: string | undefined;
  /** Whether the environment defines the senders, for which the apps read the variables themselves. */
  readonly senders: 'file' | 'anybody' | 'unset';
}

/** Parses the environment. Commands for a running stack need only DATA_DIR. */
export function readStackConfig(env: Environment): StackConfig {
  // An empty variable counts as unset, but an empty APPS means no app.
  const variables = Object.entries(env).filter(([name, value]) => value !== '' || name === 'APPS');
  const read = readConfiguration(VARIABLES, Object.fromEntries(variables));
  return {
    dataDir: resolve(projectRoot(), read.DATA_DIR),
    apiPort: read.API_PORT,
    kafkaPort: read.KAFKA_PORT,
    postgresPort: read.POSTGRES_PORT,
    demo: read.DEMO,
    apps: read.APPS,
    kafkaBrokers: read.KAFKA_BROKERS,
    databaseUrl: read.DATABASE_URL,
    eventStore: read.EVENT_STORE,
    migrationUrl: read.MIGRATION_URL,
    policyChanges: read.LEDGER_POLICY,
    snapshotKeys: read.SNAPSHOT_KEYS,
    senders:
      read.SENDERS_FILE !== undefined ? 'file' : read.SENDERS === undefined ? 'unset' : 'anybody',
  };
}

/** The sender of `npm run points`. It is undefined for the local stack's own sender. */
export interface PointsSender {
  readonly source: string;
  /** Null when it does not sign. */
  readonly key: { readonly id: string; readonly secret: string } | null;
}

export function pointsSender(env: Environment): PointsSender | undefined {
  const variables = Object.entries(env).filter(([, value]) => value !== '');
  const read = readConfiguration(VARIABLES, Object.fromEntries(variables));
  const { POINTS_SOURCE: source, POINTS_KEY_ID: id, POINTS_KEY: secret } = read;
  if (source === undefined && id === undefined && secret === undefined) return undefined;
  if (source === undefined) throw missing('POINTS_SOURCE');
  if (id === undefined && secret === undefined) return { source, key: null };
  if (id === undefined) throw missing('POINTS_KEY_ID');
  if (secret === undefined) throw missing('POINTS_KEY');
  return { source, key: { id, secret } };
}

/** The ledger that `npm run settings` and `npm run points -- quote` call; undefined: the local stack's. */
export function ledgerApi(
  env: Environment,
): { readonly url: string; readonly token: string } | undefined {
  const given = Object.entries(env).filter(([, value]) => value !== '');
  const read = readConfiguration(VARIABLES, Object.fromEntries(given));
  const { LEDGER_API: url, LEDGER_TOKEN: token } = read;
  if (url === undefined && token === undefined) return undefined;
  if (url === undefined) throw missing('LEDGER_API', 'LEDGER_TOKEN');
  if (token === undefined) throw missing('LEDGER_TOKEN', 'LEDGER_API');
  return { url: url.replace(/\/+$/, ''), token };
}

const missing = (variable: string, others = 'the other POINTS_… variables'): ConfigurationError =>
  new ConfigurationError([{ variable, fault: `must be set together with ${others}` }]);

/** The file in which a running stack publishes its addresses, for `npm run points` and for people. */
export const readyFile = (dataDir: string): string => join(dataDir, 'ready.json');
