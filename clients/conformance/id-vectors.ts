import { Partitioners, type PartitionMetadata } from 'kafkajs';
import type { CommandType } from '#contracts';
import { nameBasedUuid } from '#identity';

/** The namespace of the ids that clients derive. It is part of what they promise, and never changes. */
export const DERIVED_ID_NAMESPACE = 'b1a8fd5c-6a2e-5c52-9d0e-3f6d1c2b7a94';

interface Derivation {
  readonly source: string;
  /** The sender's own name of the work that the command belongs to. */
  readonly task: string;
  /** The type of the command. */
  readonly type: string;
  /** Tells commands of one type and one task apart; empty where there is one. */
  readonly step: string;
}

/** The id of a command that its sender does not name: the same task always gets the same id. */
const derivedId = ({ source, task, type, step }: Derivation): string =>
  nameBasedUuid(DERIVED_ID_NAMESPACE, [source, task, type, step].join('\0'));

const DERIVATIONS: readonly Derivation[] = [
  { source: '/tts', task: 'task-1', type: 'ConsumePoints', step: 'tts' },
  { source: '/tts', task: 'task-1', type: 'SettleConsumption', step: '' },
  { source: '/tts', task: 'task-1', type: 'RefundPoints', step: '' },
  { source: '/tts', task: 'task-1', type: 'ExtendConsumption', step: '1' },
  { source: '/tts', task: 'task-1', type: 'ExtendConsumption', step: '2' },
  { source: '/video', task: 'task-1', type: 'ConsumePoints', step: 'video' },
  { source: 'api:svc-tts', task: 'task-1', type: 'ConsumePoints', step: 'tts' },
  { source: '/billing', task: '订单-1 é 😀', type: 'RechargePoints', step: '' },
  { source: '/billing', task: 'x'.repeat(1_000), type: 'RechargePoints', step: 'a b' },
];

export const derivedIdVectors = () =>
  DERIVATIONS.map((derivation) => ({ ...derivation, id: derivedId(derivation) }));

/**
 * The fields that name the task of a command whose sender names neither an id nor a task: the first of
 * them that is there. A command with none of them gets a random id, which its repeats have too.
 */
export const TASK_FIELDS: Readonly<Record<CommandType, readonly string[]>> = {
  RechargePoints: ['recharge_id', 'source_id'],
  ConsumePoints: ['consumption_id', 'source_id'],
  ExtendConsumption: ['consumption_id'],
  SettleConsumption: ['consumption_id'],
  RefundPoints: ['consumption_id'],
  ReverseRecharge: ['recharge_id'],
  ReinstateRecharge: ['recharge_id'],
  ExpirePoints: [],
};

/** The field that is the step of a command whose sender names none; of the others it is empty. */
export const STEP_FIELDS: Readonly<Partial<Record<CommandType, string>>> = {
  ConsumePoints: 'source_type',
};

interface UnnamedCommand {
  readonly type: CommandType;
  readonly data: Readonly<Record<string, unknown>>;
  readonly task?: string;
  readonly step?: string;
}

const UNNAMED: readonly UnnamedCommand[] = [
  { type: 'ConsumePoints', data: { source_type: 'script', source_id: 'task-1' } },
  { type: 'ConsumePoints', data: { source_type: 'polish', source_id: 'task-1' } },
  {
    type: 'ConsumePoints',
    data: { source_type: 'video', source_id: 'task-1', consumption_id: 'video-1' },
  },
  {
    type: 'ConsumePoints',
    data: { source_type: 'video', source_id: 'task-1' },
    task: 'another',
    step: 'second',
  },
  { type: 'RechargePoints', data: { source_id: 'order-1' } },
  { type: 'RechargePoints', data: { source_id: 'order-1', recharge_id: 'recharge-1' } },
  { type: 'ExtendConsumption', data: { consumption_id: 'video-1' }, step: '1' },
  { type: 'SettleConsumption', data: { consumption_id: 'video-1' } },
  { type: 'RefundPoints', data: { consumption_id: 'video-1' }, step: 'cancel' },
  { type: 'ReverseRecharge', data: { recharge_id: 'order-1' } },
  { type: 'ReinstateRecharge', data: { recharge_id: 'order-1' } },
  { type: 'ExpirePoints', data: {}, task: 'nightly' },
];

const UNNAMED_SOURCE = '/tts';

/** The id of each command, of which its sender tells the task or lets its fields tell it. */
export const unnamedCommandVectors = () =>
  UNNAMED.map(({ type, data, task, step }) => {
    const field = TASK_FIELDS[type].find((name) => data[name] !== undefined) ?? '';
    const named = task ?? String(data[field]);
    const fieldOfStep = STEP_FIELDS[type];
    const stepOf = step ?? (fieldOfStep === undefined ? '' : String(data[fieldOfStep]));
    return {
      source: UNNAMED_SOURCE,
      given: { type, data, task: task ?? null, step: step ?? null },
      id: derivedId({ source: UNNAMED_SOURCE, task: named, type, step: stepOf }),
    };
  });

const PARTITION_COUNTS = [1, 2, 3, 6, 12, 16, 24, 48, 100] as const;

/** Users, and texts whose murmur2 is known from Kafka's own tests. */
const KEYS: readonly string[] = [
  '21',
  'foobar',
  'a-little-bit-long-string',
  'a-little-bit-longer-string',
  'lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8',
  'abc',
  'd4930aff-f7b8-541b-ad96-1cb0b5223736',
  '0a11ce00-0000-4000-8000-000000000001',
  ...Array.from(
    { length: 16 },
    (_, at) =>
      `${(0x11111111 * (at % 15) + at).toString(16).padStart(8, '0')}-0000-4000-8000-00000000000${at.toString(16)}`,
  ),
];

/** The partition of a record with this key, as every sender must choose it. */
export function partitionOf(key: string, partitions: number): number {
  const partitionMetadata = Array.from(
    { length: partitions },
    (_, partitionId): PartitionMetadata => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 1,
      replicas: [1],
      isr: [1],
    }),
  );
  return Partitioners.DefaultPartitioner()({
    topic: '',
    partitionMetadata,
    message: { key, value: null },
  });
}

export const partitionVectors = () =>
  KEYS.map((key) => ({
    key,
    partitions: Object.fromEntries(
      PARTITION_COUNTS.map((count) => [String(count), partitionOf(key, count)]),
    ),
  }));
