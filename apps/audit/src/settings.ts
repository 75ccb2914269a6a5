import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_POLICY, policyFaults, type Policy } from '#ledger';
import { z } from 'zod';
import { CannotCheck } from './trouble.js';

const VARIABLES = z.object({
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
  DATA_DIR: z.string().min(1).default('.data'),
});

/** What the auditor is told by the environment. Addresses are asked for when they are needed. */
export interface Settings {
  eventStore(): string;
  database(): string;
  /** Policies besides the default one that events may have been decided under. */
  readonly policies: readonly Policy[];
}

type Environment = Readonly<Record<string, string | undefined>>;

export function auditSettings(env: Environment): Settings {
  const said = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = VARIABLES.safeParse(said);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    throw new CannotCheck(faults.join('\n'));
  }
  const { EVENT_STORE, DATABASE_URL, LEDGER_POLICY, DATA_DIR } = read.data;
  return {
    eventStore: () => EVENT_STORE ?? ofRunningStack(DATA_DIR, 'eventStore', 'EVENT_STORE'),
    database: () => DATABASE_URL ?? ofRunningStack(DATA_DIR, 'database', 'DATABASE_URL'),
    policies: LEDGER_POLICY === undefined ? [] : [policyFrom(LEDGER_POLICY)],
  };
}

/** `npm start` says here what it is made of, for as long as it runs. */
function ofRunningStack(dataDir: string, name: string, variable: string): string {
  let ready: unknown;
  try {
    ready = JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8'));
  } catch {
    throw new CannotCheck(`${variable} is not set, and no local stack is running`);
  }
  const address = (ready as Readonly<Record<string, unknown>>)[name];
  if (typeof address === 'string') return address;
  throw new CannotCheck(`${variable} is not set, and the local stack names none`);
}

const LIMITS = z.partialRecord(
  z.enum(Object.keys(DEFAULT_POLICY) as [keyof Policy, ...(keyof Policy)[]]),
  z.number(),
);

/** Changes to the default policy, as JSON: as LEDGER_POLICY has them. */
export function policyFrom(text: string): Policy {
  let changes: unknown;
  try {
    changes = JSON.parse(text);
  } catch (cause) {
    throw new CannotCheck(`a policy must be JSON: ${text}`, { cause });
  }
  const read = LIMITS.safeParse(changes);
  if (!read.success) throw new CannotCheck(`a policy must be an object of its limits: ${text}`);
  const policy = { ...DEFAULT_POLICY, ...read.data };
  const [fault] = policyFaults(policy);
  if (fault !== undefined) throw new CannotCheck(`the policy ${text}: ${fault}`);
  return policy;
}
