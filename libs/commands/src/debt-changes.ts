import type { Account, LedgerEvent } from '#ledger';

/** What happened to points that are owed, or that a recharge brought in. */
export type DebtChangeKind =
  | 'owed'
  | 'collected'
  | 'forgiven'
  /** Of a cost or a reversal: nobody will ever pay it. */
  | 'uncollected'
  /** Taken, owed and uncollected together. */
  | 'reversed'
  /** Come back, forgiven and waived together. */
  | 'reinstated';

export interface DebtChange {
  readonly kind: DebtChangeKind;
  /** The code of the business of the consumption; null: it is about a recharge. */
  readonly business: string | null;
  readonly points: number;
}

/** The changes that an event made, none of 0 points. The account is the one after the event. */
export function debtChanges(event: LedgerEvent, account: Account): readonly DebtChange[] {
  return changes(event, account).filter(({ points }) => points > 0);
}

function changes(event: LedgerEvent, account: Account): readonly DebtChange[] {
  switch (event.type) {
    case 'ConsumptionSettled': {
      const { owed, uncollected } = event;
      if (owed === 0 && uncollected === 0) return [];
      const business = account.consumptions.get(event.consumptionId)?.sourceType ?? null;
      return [
        { kind: 'owed', business, points: owed },
        { kind: 'uncollected', business, points: uncollected },
      ];
    }
    case 'DebtCollected':
      return [{ kind: 'collected', business: event.sourceType, points: event.points }];
    case 'DebtForgiven':
      return [{ kind: 'forgiven', business: event.sourceType, points: event.points }];
    case 'RechargeReversed': {
      const { points, owed, uncollected } = event;
      return [
        { kind: 'reversed', business: null, points: points + owed + uncollected },
        { kind: 'owed', business: null, points: owed },
        { kind: 'uncollected', business: null, points: uncollected },
      ];
    }
    case 'RechargeReinstated': {
      const { points, forgiven, waived } = event;
      return [{ kind: 'reinstated', business: null, points: points + forgiven + waived }];
    }
    default:
      return [];
  }
}
