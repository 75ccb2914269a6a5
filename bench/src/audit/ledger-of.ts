import { commandUuid, eventId, policyFingerprint } from '#contracts/identity';
import { CHAIN_START, chainHash } from '#event-store';
import {
  DEFAULT_POLICY,
  decide,
  emptyAccount,
  evolve,
  toStored,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';

/** A row of the store, as it is loaded in bulk. */
export interface LoadedEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
  readonly hash: string;
}

interface Writer {
  readonly userId: string;
  readonly account: Account;
  before: Uint8Array;
}

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');
const STEP_MS = 250;
const POLICY = policyFingerprint(DEFAULT_POLICY);
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export const benchUser = (index: number): string =>
  `${hex(Math.imul(index + 1, 0x9e3779b1) >>> 0, 8)}-0000-4000-8000-${hex(index, 12)}`;

/** Neighbours among all accounts of a load. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

/**
 * What the rules make of an even load, ids, hashes and all, as the desk writes it: round by round, one
 * turn of each account of the slice in each, until all slices together have so many events. In every
 * round all accounts do the same, so that a slice knows its positions by itself.
 */
export function* roundsOf({ from, to, of }: Slice, events: number): Generator<LoadedEvent[]> {
  const writers = Array.from({ length: to - from }, (_, index): Writer => ({
    userId: benchUser(from + index),
    account: emptyAccount(DEFAULT_POLICY),
    before: CHAIN_START,
  }));
  for (let round = 0, before = 0; before < events; round++) {
    const made = writers.map((writer, index) => [
      ...turnOf(writer, round, round * of + from + index),
    ]);
    const each = made[0]?.length ?? 0;
    if (made.some(({ length }) => length !== each)) throw new Error('a bug: an uneven load');
    const first = before + from * each + 1;
    yield made.flat().map((event, place) => ({ ...event, position: first + place }));
    before += of * each;
  }
}

type Encoded = Omit<LoadedEvent, 'position'>;

function* turnOf(writer: Writer, round: number, turn: number): Generator<Encoded> {
  for (const command of commandsOf(writer.userId, round, turn)) yield* record(writer, command);
}

function* record(writer: Writer, command: LedgerCommand): Generator<Encoded> {
  const decision = decide(command, writer.account);
  if (decision.kind !== 'record') throw new Error(`the load expected events: ${decision.kind}`);
  for (const event of decision.events) {
    evolve(writer.account, event);
    yield encode(writer, command, event);
  }
}

function encode(writer: Writer, command: LedgerCommand, event: LedgerEvent): Encoded {
  const { source, id: sent, type } = command;
  const kafka = { topic: 'points.commands', partition: 3, offset: sent.slice(2) };
  const origin = { command: { source, id: sent, type }, policy: POLICY, correlation: sent, kafka };
  const { data, meta } = toStored(event, origin);
  const { revision } = writer.account;
  const id = eventId(event.commandId, revision);
  const stream = `points-${writer.userId}`;
  writer.before = chainHash(writer.before, { stream, revision, id, type: event.type, data, meta });
  const hash = Buffer.from(writer.before).toString('hex');
  return { stream, revision, id, type: event.type, data, meta, hash };
}

/** A recharge now and then; consumptions, some of them pre-deductions settled below, some refunded. */
function commandsOf(userId: string, round: number, turn: number): LedgerCommand[] {
  const asked = (kind: string) => {
    const id = `${kind}-${turn}`;
    return {
      userId,
      source: '/bench',
      id,
      commandId: commandUuid(userId, '/bench', id),
      digest: 'd'.repeat(64),
      at: new Date(START_MS + turn * STEP_MS).toISOString(),
    };
  };
  const consumptionId = `c-${turn}`;
  if (round % 20 === 0) return [{ ...RECHARGE, ...asked('r') }];
  const consume: LedgerCommand = { ...CONSUME, consumptionId, ...asked('c') };
  if (round % 10 === 5) {
    return [
      { ...consume, settleWithin: 3_600 },
      { ...SETTLE, consumptionId, ...asked('s') },
    ];
  }
  if (round % 20 === 7) return [consume, { ...REFUND, consumptionId, ...asked('b') }];
  return [consume];
}

const RECHARGE = {
  type: 'RechargePoints',
  points: 10_000,
  expiresAt: '2090-01-01T00:00:00.000Z',
  priority: 50,
  sourceId: 'order-1',
} as const;
const CONSUME = {
  type: 'ConsumePoints',
  sourceType: 'tts',
  points: 12,
  sourceId: 'clip-17',
  duration: 12.5,
  settleWithin: null,
} as const;
const SETTLE = { type: 'SettleConsumption', points: 10, duration: 9.5 } as const;
const REFUND = { type: 'RefundPoints', points: 5, reason: null } as const;
