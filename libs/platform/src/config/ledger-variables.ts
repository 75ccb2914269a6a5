import { DEFAULT_POLICY, policyFaults, type Policy } from '#ledger';
import { InvalidSnapshotKeysError, parseSnapshotKeys } from '#event-store';
import { json, port, wholeNumber } from './variable-types.js';
import { z } from 'zod';

const limits = Object.fromEntries(
  Object.keys(DEFAULT_POLICY).map((name) => [name, z.number().optional()]),
) as { [Limit in keyof Policy]: z.ZodOptional<z.ZodNumber> };

/** Changes to the default policy, as JSON. A limit that there is not is a mistake, too. */
const policy = json()
  .pipe(z.strictObject(limits, { error: 'must be an object of limits by their names' }))
  .transform((changes) => ({ ...DEFAULT_POLICY, ...changes }) as Policy)
  .superRefine((merged, context) => {
    for (const message of policyFaults(merged)) context.addIssue({ code: 'custom', message });
  });

const snapshotKeys = z.string().transform((text, context) => {
  try {
    return parseSnapshotKeys(text);
  } catch (error) {
    if (!(error instanceof InvalidSnapshotKeysError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

/** For the schema of every process that reads or writes events. */
export const LEDGER_VARIABLES = {
  /** postgres://… or esdb://… */
  EVENT_STORE: z.string().regex(/^(postgres(ql)?|esdb|kurrentdb)(\+discover)?:\/\//, {
    error: 'must begin with postgres:// or esdb://',
  }),
  /** Postgres with the read tables, and the snapshots whatever the event store is. */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, { error: 'must begin with postgres://' }),
  LEDGER_POLICY: policy.prefault('{}'),
  /** id:secret (base64, 32 bytes or more), the one that seals first. None: no snapshots. */
  SNAPSHOT_KEYS: snapshotKeys.prefault(''),
  /** Of so many snapshots that are loaded, one is held against all events; 0: none is. */
  SNAPSHOT_CHECK_ONE_IN: wholeNumber({ min: 0, max: 1_000_000 }).prefault('100'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** Of its HTTP: the API, or health and metrics. */
  PORT: port().prefault('0'),
  HOST: z.string().min(1).default('127.0.0.1'),
};

export type LedgerVariables = z.output<z.ZodObject<typeof LEDGER_VARIABLES>>;
