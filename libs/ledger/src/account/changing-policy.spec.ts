import fc from 'fast-check';
import { decide } from './decide.js';
import { replay } from './evolve.js';
import { REMEMBER_EVERYTHING } from '../settings/policy.js';
import { snapshotDifference } from '../storage/snapshot-difference.js';
import {
  expectDebtsToAddUp,
  expectFewBatches,
  expectSoundDebts,
  expectSoundPrices,
  expectSoundReversals,
} from '../testing/account-invariants.js';
import { historiesOfChangingPolicy, type CommandHistory } from '../testing/arbitrary-histories.js';
import { loadAccount, runHistory } from '../testing/run-history.js';

// A failure prints the seed and the path that lead to it. PROPERTY_RUNS: how many stories each
// property is asked of.
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 150);

const forAllHistories = (property: (input: CommandHistory) => void): void =>
  fc.assert(fc.property(historiesOfChangingPolicy(), property), { numRuns });

describe('in every history whose policy changes on the way, the account', () => {
  it('decides every command as it would if it had just been loaded', () => {
    forAllHistories((input) => {
      runHistory(input, {
        before: (account, command, history, terms) => {
          const loaded = loadAccount(history, account.policy);
          expect(decide(command, loaded, terms)).toEqual(decide(command, account, terms));
        },
      });
    });
  });

  it('owes only where the balance is 0, and what its debts add up to', () => {
    forAllHistories((input) => {
      const { account, history } = runHistory(input, { after: expectSoundDebts });
      expectDebtsToAddUp(history, account);
    });
  });

  it('reverses no more than came in, and owes nothing that expired', () => {
    forAllHistories((input) => {
      expectSoundReversals(runHistory(input).history);
    });
  });

  it('carries prices that stood in the version which was in force', () => {
    forAllHistories((input) => {
      for (const { events, terms } of runHistory(input).steps) expectSoundPrices(events, terms);
    });
  });

  it('uses more batches only up to the limits in force', () => {
    forAllHistories((input) => {
      let used = 0;
      runHistory(input, {
        after: (account, step) => {
          used = expectFewBatches(used, account, step);
        },
      });
    });
  });

  it('is what its events come to under a policy that remembers everything', () => {
    forAllHistories((input) => {
      const { account, history } = runHistory(input);
      expect(snapshotDifference(account, replay(history, REMEMBER_EVERYTHING))).toBeNull();
    });
  });

  it('meets both policies in many of them', () => {
    const samples = fc.sample(historiesOfChangingPolicy(), { numRuns: 100, seed: 1 });
    const changed = samples.filter((input) => {
      const versions = runHistory(input).steps.map(({ terms }) => terms.settings);
      const last = input.settings.at(-1)?.version;
      return versions.some((one) => one === last) && versions.some((one) => one !== last);
    });
    expect(changed.length).toBeGreaterThan(50);
  });
});
