import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSnapshotKeysError, parseSnapshotKeys, type SnapshotKey } from '#event-store';
import { DEFAULT_POLICY, policyFaults, type Policy } from '#ledger';
import { z } from 'zod';
import { CannotCheckError } from '../store/errors.js';

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

/** Where snapshots are, and the keys that seal them: none, where none was given. */
export interface SnapshotOptions {
  readonly database: string;
  readonly keys: readonly SnapshotKey[];
}

/** What the auditor is told by the environment. Addresses are asked for when they are needed. */
export interface AuditSettings {
  eventStore(): string;
  database(): string;
  /** null: where they are is not known. */
  snapshots(): SnapshotOptions | null;
  /** Policies besides the default one that events may have been decided under. */
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
      // Those of the stack that runs here are of its own snapshots alone.
      const ofStack = EVENT_STORE === undefined && DATABASE_URL === undefined;
      const keys = SNAPSHOT_KEYS ?? (ofStack ? readLocalStackKeys(DATA_DIR) : '');
      return { database: url, keys: parseKeys(keys) };
    },
    policies: LEDGER_POLICY === undefined ? [] : [parsePolicy(LEDGER_POLICY)],
  };
}

/** They are beside the read tables, and those mostly beside the events. */
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

/** As the local stack seals with a secret that it keeps beside its data. */
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

/** `npm start` says here what it is made of, for as long as it runs. */
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

const POLICY_CHANGES_SCHEMA = z.partialRecord(
  z.enum(Object.keys(DEFAULT_POLICY) as [keyof Policy, ...(keyof Policy)[]]),
  z.number(),
);

/** Changes to the default policy, as JSON: as LEDGER_POLICY has them. */
export function parsePolicy(text: string): Policy {
  let changes: unknown;
  try {
    changes = JSON.parse(text);
  } catch (cause) {
    throw new CannotCheckError(`a policy must be JSON: ${text}`, { cause });
  }
  const read = POLICY_CHANGES_SCHEMA.safeParse(changes);
  if (!read.success)
    throw new CannotCheckError(`a policy must be an object of its limits: ${text}`);
  const policy = { ...DEFAULT_POLICY, ...read.data };
  const [fault] = policyFaults(policy);
  if (fault !== undefined) throw new CannotCheckError(`the policy ${text}: ${fault}`);
  return policy;
}
