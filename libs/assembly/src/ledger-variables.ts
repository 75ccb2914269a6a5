import { DEFAULT_POLICY, policyFaults, type Policy } from '#ledger';
import { json, port } from '#runtime';
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

/** For the schema of every process that reads or writes events. */
export const LEDGER_VARIABLES = {
  /** postgres://… or esdb://… */
  EVENT_STORE: z.string().regex(/^(postgres(ql)?|esdb|kurrentdb)(\+discover)?:\/\//, {
    error: 'must begin with postgres:// or esdb://',
  }),
  /** Postgres with the read tables, and the snapshots whatever the event store is. */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, { error: 'must begin with postgres://' }),
  LEDGER_POLICY: policy.prefault('{}'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** Of its HTTP: the API, or health and metrics. */
  PORT: port().prefault('0'),
  HOST: z.string().min(1).default('127.0.0.1'),
};

export type LedgerVariables = z.output<z.ZodObject<typeof LEDGER_VARIABLES>>;
