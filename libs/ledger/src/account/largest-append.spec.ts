import { emptyAccount, type Account } from './state.js';
import { TERMS_OF_RULES_1 } from './rules-1.js';
import {
  buildCommand,
  consume,
  recharge,
  refund,
  settle,
  type CommandInput,
} from '../testing/command-builders.js';
import { serializeEvent } from '../storage/codec.js';
import type { Provenance } from '../storage/provenance.js';
import { decide } from './decide.js';
import type { LedgerEvent } from './events.js';
import { evolve } from './evolve.js';
import {
  ID_MAX,
  REASON_MAX,
  SETTLE_WITHIN_SECONDS_MAX,
  SOURCE_ID_MAX,
} from '../settings/limits.js';
import { DEFAULT_POLICY, type Policy } from '../settings/policy.js';

// One command has to be appended whole, so everything that can fall due at once must fit one append.
// Here is an account on which as much as possible falls due together, every id and text as long as it
// may be and of characters of four bytes. The figures are what a store has to take in one append.

const DAY = 86_400_000;
const START = Date.UTC(2030, 0, 1, 12);
const onDay = (day: number, minutes = 0): string =>
  new Date(START + day * DAY + minutes * 60_000).toISOString();

/** A number in digits of four bytes each, as long as an id may be. */
const long = (max: number, value: number): string =>
  [...String(value).padStart(max, '0')]
    .map((digit) => String.fromCodePoint(0x1d7ce + Number(digit)))
    .join('');

const sourceId = long(SOURCE_ID_MAX, 9);
const longest = { sourceType: 'voice_clone', sourceId } as const;

const provenance: Omit<Provenance, 'command'> = {
  policy: '0123456789abcdef',
  correlation: '00000000-0000-0000-0000-000000000000',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  kafka: { topic: 'points.commands', partition: 999, offset: '9223372036854775807' },
};

class LargeAccount {
  readonly account: Account;
  #sent = 0;

  constructor(policy: Policy) {
    this.account = emptyAccount(policy);
  }

  run(ask: CommandInput, at: string): readonly LedgerEvent[] {
    const command = buildCommand(ask, long(ID_MAX, this.#sent++), at);
    const decision = decide(command, this.account, TERMS_OF_RULES_1);
    if (decision.kind !== 'record') throw new Error(decision.kind);
    for (const event of decision.events) {
      if (event.type === 'CommandRefused') throw new Error(event.code);
      evolve(this.account, event);
    }
    return decision.events;
  }

  rechargeAll(count: number, points: number, at: string, expiresAt: string): void {
    for (let nth = 0; nth < count; nth++) this.run(recharge(points, { sourceId, expiresAt }), at);
  }
}

/** What the last command of the fullest account makes happen. */
function largestAppend(policy: Policy): readonly LedgerEvent[] {
  const large = new LargeAccount(policy);
  const { batchesMax, openDrawsMax } = policy;
  const [wide, small, huge] = [0, 1, 2].map((nth) => long(ID_MAX, nth));
  const soon = onDay(6, 59);

  // A closed consumption with as many draws as an estimate and its settlement can have.
  large.rechargeAll(batchesMax, 400_000, onDay(-2), soon);
  const estimate = { consumptionId: wide!, settleWithin: 60, ...longest };
  large.run(consume(batchesMax * 400_000, estimate), onDay(-2));
  large.rechargeAll(batchesMax, 400_000, onDay(-2), soon);
  large.run(settle(batchesMax * 800_000, { consumptionId: wide! }), onDay(-2));

  // One whose points will come back into a grace batch a day.
  large.run(recharge(8, { sourceId, expiresAt: onDay(-1) }), onDay(-2));
  large.run(consume(8, { consumptionId: small!, ...longest }), onDay(-2));

  // As many open pre-deductions as there may be, the last one with as many draws as it can have.
  large.rechargeAll(batchesMax, 900_000, onDay(0), soon);
  const settleWithin = SETTLE_WITHIN_SECONDS_MAX;
  for (let nth = 1; nth < openDrawsMax; nth++) {
    const consumptionId = long(ID_MAX, 1_000_000 + nth);
    large.run(consume(1, { consumptionId, settleWithin, ...longest }), onDay(0));
  }
  const rest = large.account.balance;
  large.run(consume(rest, { consumptionId: huge!, settleWithin, ...longest }), onDay(0));

  // As many batches with points left as there may be, grace batches too.
  large.rechargeAll(batchesMax, 1_000_000, onDay(0), onDay(8));
  for (let day = 0; day < 8; day++) {
    large.run(refund(1, { consumptionId: small! }), onDay(day, -1));
  }

  const reason = long(REASON_MAX, 0);
  return large.run(refund(null, { consumptionId: wide!, reason }), onDay(100));
}

function measured(events: readonly LedgerEvent[]): { events: number; bytes: number } {
  const command = {
    id: long(ID_MAX, 0),
    source: long(ID_MAX, 0),
    type: 'SettleConsumption',
  } as const;
  let bytes = 0;
  for (const event of events) {
    const { data, meta } = serializeEvent(event, { ...provenance, command });
    bytes += Buffer.byteLength(data) + Buffer.byteLength(meta);
  }
  return { events: events.length, bytes };
}

const countOf = (events: readonly LedgerEvent[], type: LedgerEvent['type']): number =>
  events.filter((event) => event.type === type).length;

describe('the largest append', () => {
  it('is of 2,009 events by the default policy', () => {
    const events = largestAppend(DEFAULT_POLICY);
    expect(countOf(events, 'PointsRefunded')).toBe(1_000 + 1);
    expect(countOf(events, 'PointsExpired')).toBe(1_000 + 8);
    expect(measured(events)).toEqual({ events: 2_009, bytes: 4_559_801 });
  });

  it('is of 6,000 events where every batch takes its points back', () => {
    const events = largestAppend({ ...DEFAULT_POLICY, refundGraceDays: 0 });
    expect(measured(events)).toEqual({ events: 6_000, bytes: 11_163_910 });
  });

  it('fits the 12 MiB of an append with the hash, the id and the type of each event', () => {
    const events = largestAppend({ ...DEFAULT_POLICY, refundGraceDays: 0 });
    const around = events.reduce((sum, { type }) => sum + 32 + 16 + type.length * 2, 0);
    expect(measured(events).bytes + around).toBeLessThan(12 * 1024 * 1024);
  });
});
