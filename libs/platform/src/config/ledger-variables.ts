import { DEFAULT_POLICY, policyFaults, type Policy } from '#ledger';
import { InvalidSnapshotKeysError, parseSnapshotKeys } from '#event-store';
import { json, port, wholeNumber } from './variable-types.js';
import { z } from 'zod';

const limits = Object.fromEntries(
  Object.keys(DEFAULT_POLICY).map((name) => [name, z.number().optional()]),
) as { [Limit in keyof Policy]: z.ZodOptional<z.ZodNumber> };

/**
 * Changes to the default policy, as JSON, for the first version of the settings. An unknown limit is an
 * error.
 */
export const ledgerPolicy = json()
  .pipe(z.strictObject(limits, { error: 'must be an object of limits by their names' }))
  .transform((changes) => changes as Partial<Policy>)
  .superRefine((changes, context) => {
    const merged = { ...DEFAULT_POLICY, ...changes };
    for (const message of policyFaults(merged)) context.addIssue({ code: 'custom', message });
  })
  .prefault('{}');

const snapshotKeys = z.string().transform((text, context) => {
  try {
    return parseSnapshotKeys(text);
  } catch (error) {
    if (!(error instanceof InvalidSnapshotKeysError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

/** Variables of every process that reads or writes events. */
export const LEDGER_VARIABLES = {
  /** postgres://… or esdb://… */
  EVENT_STORE: z.string().regex(/^(postgres(ql)?|esdb|kurrentdb)(\+discover)?:\/\//, {
    error: 'must begin with postgres:// or esdb://',
  }),
  /** Postgres with the read tables, and the snapshots whatever the event store is. */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, { error: 'must begin with postgres://' }),
  LEDGER_POLICY: ledgerPolicy,
  /** id:secret (base64, 32 bytes or more); the first one seals new snapshots. Empty: no snapshots. */
  SNAPSHOT_KEYS: snapshotKeys.prefault(''),
  /** One loaded snapshot in so many is compared with all its events; 0 for none. */
  SNAPSHOT_CHECK_ONE_IN: wholeNumber({ min: 0, max: 1_000_000 }).prefault('100'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** Where the API, or health and metrics, are served. */
  PORT: port().prefault('0'),
  HOST: z.string().min(1).default('127.0.0.1'),
};

export type LedgerVariables = z.output<z.ZodObject<typeof LEDGER_VARIABLES>>;
