import { CONSUME_LIMITS } from '#kafka';
import { LEDGER_VARIABLES, SENDERS_VARIABLES } from '#platform';
import { KAFKA_VARIABLES, wholeNumber } from '#platform/process';
import { z } from 'zod';
import { UNDECODABLE_POLICIES } from './intake.consumer.js';

const MEBIBYTE = 1024 * 1024;

export const INTAKE_VARIABLES = z.object({
  ...LEDGER_VARIABLES,
  ...KAFKA_VARIABLES,
  ...SENDERS_VARIABLES,
  KAFKA_GROUP: z.string().min(1).default('points-ledger-intake'),
  KAFKA_PARTITIONS: wholeNumber({ min: 1, max: 1_000 }).prefault('6'),
  KAFKA_REPLICAS: wholeNumber({ min: 1, max: 9 }).prefault('1'),
  KAFKA_BATCH_BYTES_MAX: wholeNumber({ min: MEBIBYTE, max: 512 * MEBIBYTE }).prefault(
    String(CONSUME_LIMITS.batchBytesMax),
  ),
  KAFKA_UNDECODABLE: z
    .enum(UNDECODABLE_POLICIES, { error: `must be one of ${UNDECODABLE_POLICIES.join(', ')}` })
    .default('dead-letter'),
});

export type IntakeVariables = z.output<typeof INTAKE_VARIABLES>;
