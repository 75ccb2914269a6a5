import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSnapshotKeysError, parseSnapshotKeys, type SnapshotKey } from '#event-store';
import type { Policy } from '#ledger';
import { z } from 'zod';
import { parsePolicy } from '../checks/parse-policy.js';
import { CannotCheckError } from '../store/errors.js';
import type { SnapshotOptions } from '../store/open-snapshot-source.js';

const ENVIRONMENT_SCHEMA = z.object({
  EVENT_STORE: z
    .string()
    .regex(/^(postgres(ql)?|esdb|kurrentdb)(\+discover)?:\/\//, {
      error: 'must begin with postgres:// or esdb://',
    })
    .optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { error: 'must begin with postgres://' })
    .optional(),
  LEDGER_POLICY: z.string().optional(),
  SNAPSHOT_KEYS: z.string().optional(),
  DATA_DIR: z.string().min(1).default('.data'),
});

/** The settings from the environment. An address is looked up, and may be missing, only when it is needed. */
export interface AuditSettings {
  eventStore(): string;
  database(): string;
  /** null: it is not known where the snapshots are. */
  snapshots(): SnapshotOptions | null;
  /** The policies, besides the default one, that events may have been decided under. */
  readonly policies: readonly Policy[];
}

type Environment = Readonly<Record<string, string | undefined>>;

export function readAuditSettings(env: Environment): AuditSettings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = ENVIRONMENT_SCHEMA.safeParse(given);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    throw new CannotCheckError(faults.join('\n'));
  }
  const { EVENT_STORE, DATABASE_URL, LEDGER_POLICY, DATA_DIR, SNAPSHOT_KEYS } = read.data;
  const eventStore = () =>
    EVENT_STORE ?? readLocalStackAddress(DATA_DIR, 'eventStore', 'EVENT_STORE');
  const database = () =>
    DATABASE_URL ?? readLocalStackAddress(DATA_DIR, 'database', 'DATABASE_URL');
  return {
    eventStore,
    database,
    snapshots: () => {
      const url = snapshotDatabase(EVENT_STORE, DATABASE_URL) ?? orNullIfUnknown(database);
      if (url === null) return null;
      // The local stack's keys fit its own snapshots only, so they are not used for other stores.
      const isLocalStack = EVENT_STORE === undefined && DATABASE_URL === undefined;
      const keys = SNAPSHOT_KEYS ?? (isLocalStack ? readLocalStackKeys(DATA_DIR) : '');
      return { database: url, keys: parseKeys(keys) };
    },
    policies: LEDGER_POLICY === undefined ? [] : [parsePolicy(LEDGER_POLICY)],
  };
}

/** Snapshots are in the database of the read tables, which mostly is also that of the events. */
function snapshotDatabase(
  eventStore: string | undefined,
  database: string | undefined,
): string | null {
  if (database !== undefined) return database;
  return eventStore !== undefined && /^postgres/.test(eventStore) ? eventStore : null;
}

function orNullIfUnknown(database: () => string): string | null {
  try {
    return database();
  } catch (error) {
    if (error instanceof CannotCheckError) return null;
    throw error;
  }
}

/** The local stack keeps the secret that seals its snapshots beside its data. */
function readLocalStackKeys(dataDir: string): string {
  try {
    return `local:${readFileSync(join(dataDir, 'snapshot-secret'), 'utf8')}`;
  } catch {
    return '';
  }
}

function parseKeys(text: string): readonly SnapshotKey[] {
  try {
    return parseSnapshotKeys(text);
  } catch (cause) {
    if (!(cause instanceof InvalidSnapshotKeysError)) throw cause;
    throw new CannotCheckError(`SNAPSHOT_KEYS ${cause.message}`, { cause });
  }
}

/** While it runs, `npm start` keeps the addresses of its servers in this file. */
function readLocalStackAddress(dataDir: string, name: string, variable: string): string {
  let ready: unknown;
  try {
    ready = JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8'));
  } catch {
    throw new CannotCheckError(`${variable} is not set, and no local stack is running`);
  }
  const address = (ready as Readonly<Record<string, unknown>>)[name];
  if (typeof address === 'string') return address;
  throw new CannotCheckError(`${variable} is not set, and the local stack names none`);
}
