import { decide } from '../account/decide.js';
import { emptyAccount, type Account } from '../account/state.js';
import { evolve } from '../account/evolve.js';
import { TERMS_OF_RULES_1 } from '../account/rules-1.js';
import type { Terms } from '../account/rules.js';
import { termsOf } from '../account/terms.js';
import { DEFAULT_SETTINGS_POLICY } from '../settings/policy.js';
import { FIRST_BUSINESSES } from '../settings/settings.js';
import {
  buildCommand,
  consume,
  recharge,
  settle,
  type CommandInput,
} from '../testing/command-builders.js';
import { PRICED_BUSINESSES } from '../testing/priced-businesses.js';
import { serializeEvent } from './codec.js';

// Events are kept for ever, so what rules 2 add to each of them is paid for ever. docs/rules.md names
// these bounds.

const AT = '2030-01-01T00:00:00.000Z';
const TERMS_OF_RULES_2 = termsOf({
  version: 1,
  rules: 2,
  policy: DEFAULT_SETTINGS_POLICY[2],
  businesses: [...FIRST_BUSINESSES, ...PRICED_BUSINESSES],
});

/** The bytes of the data of every event that the command makes. */
function bytesOf(account: Account, ask: CommandInput, id: string, terms: Terms): number {
  const decision = decide(buildCommand(ask, id, AT), account, terms);
  if (decision.kind !== 'record') throw new Error(`the command was answered with ${decision.kind}`);
  let bytes = 0;
  for (const event of decision.events) {
    evolve(account, event);
    const { data } = serializeEvent(event, {
      command: { source: '/spec', id, type: 'ConsumePoints' },
      correlation: id,
      policy: 'fingerprint',
      settings: 1,
      rules: terms.rules.number,
    });
    bytes += Buffer.byteLength(data);
  }
  return bytes;
}

/** What the last of the commands takes more by rules 2 than by rules 1. */
function addedBytes(...asks: readonly CommandInput[]): number {
  const [before, after] = [TERMS_OF_RULES_1, TERMS_OF_RULES_2].map((terms) => {
    const account = emptyAccount(DEFAULT_SETTINGS_POLICY[2]);
    return asks.map((ask, nth) => bytesOf(account, ask, `command-${nth}`, terms));
  });
  return (after?.at(-1) ?? Number.NaN) - (before?.at(-1) ?? Number.NaN);
}

describe('rules 2 add to the stored data of', () => {
  it('a recharge at most 70 bytes', () => {
    expect(addedBytes(recharge(100))).toBeLessThanOrEqual(70);
  });

  it('a consumption with points at most 120 bytes', () => {
    expect(addedBytes(recharge(100), consume(10))).toBeLessThanOrEqual(120);
  });

  it('a pre-deduction and its settlement at most 300 bytes', () => {
    const held = consume(10, { settleWithin: 3600 });
    const more = addedBytes(recharge(100), held) + addedBytes(recharge(100), held, settle(8));
    expect(more).toBeLessThanOrEqual(300);
  });

  it('a consumption with a price another 100 bytes at most', () => {
    const account = emptyAccount(DEFAULT_SETTINGS_POLICY[2]);
    bytesOf(account, recharge(100), 'recharge', TERMS_OF_RULES_2);
    const told = consume(10, { consumptionId: 'told', sourceType: 'chat', quantity: 20 });
    const priced = consume(null, { consumptionId: 'bill', sourceType: 'chat', quantity: 20 });
    const bytes = [told, priced].map((ask, nth) =>
      bytesOf(account, ask, `command-${nth}`, TERMS_OF_RULES_2),
    );
    expect((bytes[1] ?? Number.NaN) - (bytes[0] ?? Number.NaN)).toBeLessThanOrEqual(100);
  });
});
