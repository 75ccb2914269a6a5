import fc from 'fast-check';
import type { LedgerEvent } from './events.js';
import { expectSoundReversals } from '../testing/account-invariants.js';
import {
  commandHistories,
  historiesOfDebtors,
  type CommandHistory,
} from '../testing/arbitrary-histories.js';
import { ReferenceAccount } from '../testing/reference-account.js';
import { expectedRecharge } from '../testing/reference-windows.js';
import { runHistory } from '../testing/run-history.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 150);

const forAllHistories = (property: (input: CommandHistory) => void): void =>
  fc.assert(fc.property(fc.oneof(commandHistories(), historiesOfDebtors()), property), { numRuns });

describe('in every history, a recharge', () => {
  it('is found exactly when the whole history implies it', () => {
    forAllHistories((input) => {
      const reference = new ReferenceAccount(input.policy);
      for (const { command, before, events, terms } of runHistory(input).steps) {
        const own = events.findIndex((event) => isOwnOf(event, command.type));
        events.slice(0, Math.max(own, 0)).forEach((event) => reference.apply(event));
        const known = knownRecharge(
          command,
          [...before, ...events.slice(0, own)],
          input,
          reference,
        );
        events.slice(Math.max(own, 0)).forEach((event) => reference.apply(event));
        if (known === undefined || own < 0 || terms.rules.number === 1) continue;
        const first = events[own]!;
        const code = first.type === 'CommandRefused' ? first.code : null;
        if (command.type === 'RechargePoints')
          expect(code === 'RechargeIdReused').toBe(known !== null);
        else expect(code === 'UnknownRecharge').toBe(known === null);
        if (first.type === 'RechargeReversed') expect(first.of).toBe(known);
      }
    });
  });

  it('is never reversed by more than came in, and what expired is never owed', () => {
    forAllHistories((input) => {
      expectSoundReversals(runHistory(input).history);
    });
  });
});

/** The recharge that the command should find; undefined: it looks for none. */
function knownRecharge(
  command: CommandHistory['commands'][number],
  passed: readonly LedgerEvent[],
  { policy }: CommandHistory,
  reference: ReferenceAccount,
): number | null | undefined {
  const id =
    command.type === 'RechargePoints'
      ? (command.rechargeId ?? command.commandId)
      : 'rechargeId' in command && command.rechargeId;
  if (id === false) return undefined;
  return expectedRecharge(id, passed, policy, (batchId) => {
    const batch = reference.batches.get(batchId);
    return batch !== undefined && reference.remaining(batch) > 0;
  });
}

function isOwnOf(event: LedgerEvent, type: string): boolean {
  switch (event.type) {
    case 'PointsRecharged':
      return type === 'RechargePoints';
    case 'RechargeReversed':
      return type === 'ReverseRecharge';
    case 'DebtForgiven':
    case 'RechargeReinstated':
      return type === 'ReinstateRecharge';
    case 'CommandRefused':
      return true;
    default:
      return false;
  }
}
