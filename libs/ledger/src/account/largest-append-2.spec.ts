import { emptyAccount, type Account } from './state.js';
import {
  buildCommand,
  consume,
  recharge,
  refund,
  settle,
  type CommandInput,
} from '../testing/command-builders.js';
import { serializeEvent } from '../storage/codec.js';
import { decide } from './decide.js';
import type { LedgerEvent } from './events.js';
import { evolve } from './evolve.js';
import { termsOf } from './terms.js';
import { ID_MAX, REASON_MAX, SOURCE_ID_MAX } from '../settings/limits.js';
import { DEFAULT_SETTINGS_POLICY } from '../settings/policy.js';
import { FIRST_BUSINESSES } from '../settings/settings.js';

// The largest append under rules 2 and their default policy: 200 open pre-deductions time out, and
// either a thousand debts are collected, or two thousand batches expire; then 500 slices come back.

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
const code = 'c'.repeat(32);
const label = long(64, 8);
const longest = { sourceType: code, sourceId } as const;
const policy = DEFAULT_SETTINGS_POLICY[2];
const terms = termsOf({
  version: 999_999_999,
  rules: 2,
  policy,
  businesses: [...FIRST_BUSINESSES, { code, label, unit: 'call', price: null, retired: false }],
});

const LAST_DAY = 100;
const { batchesMax, openMax, openDrawsMax, debtsMax } = policy;
const settleWithin = 604_800;

class LargeAccount {
  readonly account: Account = emptyAccount(policy);
  #sent = 0;

  run(ask: CommandInput, at: string): readonly LedgerEvent[] {
    const command = buildCommand(ask, long(ID_MAX, this.#sent++), at);
    const decision = decide(command, this.account, terms);
    if (decision.kind !== 'record') throw new Error(decision.kind);
    for (const event of decision.events) {
      if (event.type === 'CommandRefused') throw new Error(`${event.code} ${ask.type} ${at}`);
      evolve(this.account, event);
    }
    return decision.events;
  }

  rechargeAll(count: number, points: number, expiresAt: string): void {
    for (let nth = 0; nth < count; nth++) {
      const rechargeId = long(ID_MAX, 5_000_000 + this.#sent);
      this.run(recharge(points, { sourceId, expiresAt, rechargeId }), onDay(0));
    }
  }

  /** A closed consumption with so many draws, by which 500 slices will come back. */
  spendWide(id: string): void {
    this.rechargeAll(openDrawsMax, 9, onDay(20));
    this.run(consume(openDrawsMax * 9, { consumptionId: id, ...longest }), onDay(0));
  }

  /**
   * Twice as many batches as may come in at a time, each drawn on by a consumption that is closed. Of
   * each, 8 points have come back, and 2 can still come back.
   */
  fillBatches(): void {
    for (const half of [0, 1]) {
      this.rechargeAll(batchesMax, 10, onDay(40));
      for (let nth = 0; nth < batchesMax; nth++) {
        const id = long(ID_MAX, 1_000_000 + half * batchesMax + nth);
        this.run(consume(nth === 0 ? 8 : 10, { consumptionId: id, ...longest }), onDay(0));
      }
      this.run(consume(2, { consumptionId: long(ID_MAX, 7 + half), ...longest }), onDay(0));
    }
    for (let nth = 0; nth < 2 * batchesMax; nth++) this.refundOf(nth, 8, onDay(0));
  }

  refundOf(nth: number, points: number, at: string): void {
    this.run(refund(points, { consumptionId: long(ID_MAX, 1_000_000 + nth) }), at);
  }

  hold(points: number, nth: number): void {
    const consumptionId = long(ID_MAX, 2_000_000 + nth);
    this.run(consume(points, { consumptionId, settleWithin, ...longest }), onDay(0));
  }

  /** One fewer draws than may be open, by one fewer pre-deductions, and one that takes everything. */
  holdEverything(): void {
    const single = openMax - 2;
    this.hold(8 * (openDrawsMax - 1 - single), 0);
    for (let nth = 1; nth <= single; nth++) this.hold(1, nth);
    this.hold(this.account.balance, openMax);
  }

  /** As many debts as there may be: settlements that came late, to an empty account. */
  owe(): void {
    for (let nth = 0; nth < debtsMax; nth++) {
      const consumptionId = long(ID_MAX, 3_000_000 + nth);
      this.run(consume(1, { consumptionId, settleWithin: 1, ...longest }), onDay(-2, nth));
    }
  }

  last(id: string): readonly LedgerEvent[] {
    const reason = long(REASON_MAX, 0);
    return this.run(refund(null, { consumptionId: id, reason }), onDay(LAST_DAY));
  }
}

const wide = long(ID_MAX, 0);

/** A thousand debts of one point each are collected as the pre-deductions time out. */
function appendOfOneWhoOwes(): readonly LedgerEvent[] {
  const large = new LargeAccount();
  large.run(recharge(1, { sourceId, expiresAt: null }), onDay(-3));
  large.owe();
  large.run(consume(1, { consumptionId: long(ID_MAX, 1), ...longest }), onDay(-1));
  large.spendWide(wide);
  large.fillBatches();
  large.holdEverything();
  for (let nth = 0; nth < debtsMax; nth++) {
    large.run(settle(1, { consumptionId: long(ID_MAX, 3_000_000 + nth) }), onDay(0));
  }
  return large.last(wide);
}

/** The batches have points again when they expire. */
function appendOfOneWhoOwesNothing(): readonly LedgerEvent[] {
  const large = new LargeAccount();
  large.spendWide(wide);
  large.fillBatches();
  large.holdEverything();
  for (let nth = 0; nth < 2 * batchesMax; nth++) {
    // Of the first of each half all is back; its batch was drawn on by the one that took the rest.
    if (nth % batchesMax !== 0) large.refundOf(nth, 1, onDay(1));
    else large.run(refund(1, { consumptionId: long(ID_MAX, 7 + nth / batchesMax) }), onDay(1));
  }
  return large.last(wide);
}

function bytesOf(events: readonly LedgerEvent[]): number {
  const command = {
    id: long(ID_MAX, 0),
    source: long(ID_MAX, 0),
    type: 'SettleConsumption',
  } as const;
  let bytes = 0;
  for (const event of events) {
    const { data, meta } = serializeEvent(event, {
      command,
      settings: 999_999_999,
      rules: 2,
      correlation: '00000000-0000-0000-0000-000000000000',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      kafka: { topic: 'points.commands', partition: 999, offset: '9223372036854775807' },
    });
    // The hash, the id and the type of each event are stored beside it.
    bytes += Buffer.byteLength(data) + Buffer.byteLength(meta) + 32 + 16 + event.type.length * 2;
  }
  return bytes;
}

const countOf = (events: readonly LedgerEvent[], type: LedgerEvent['type']): number =>
  events.filter((event) => event.type === type).length;

const slicesOf = (events: readonly LedgerEvent[]): number =>
  events.reduce((sum, event) => sum + ('returns' in event ? event.returns.length : 0), 0);

const APPEND_BYTES_MAX = 12 * 1024 * 1024;

describe('the largest append by rules 2', () => {
  it('of one who owes fits, with its time-outs, slices and collections', () => {
    const events = appendOfOneWhoOwes();
    expect(countOf(events, 'PointsRefunded')).toBeGreaterThanOrEqual(openMax);
    expect(countOf(events, 'DebtCollected')).toBe(debtsMax);
    expect(slicesOf(events)).toBeGreaterThanOrEqual(2 * batchesMax + openDrawsMax);
    expect(bytesOf(events)).toBeLessThan(APPEND_BYTES_MAX);
  });

  it('of one who owes nothing fits, with its time-outs, slices and expiries', () => {
    const events = appendOfOneWhoOwesNothing();
    expect(countOf(events, 'PointsExpired')).toBeGreaterThanOrEqual(2 * batchesMax - 1);
    expect(slicesOf(events)).toBeGreaterThanOrEqual(2 * batchesMax + openDrawsMax);
    expect(bytesOf(events)).toBeLessThan(APPEND_BYTES_MAX);
  });
});
