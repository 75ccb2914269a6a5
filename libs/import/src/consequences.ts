import type { FaultKind, FaultStatus } from './faults.js';
import type { Mapping } from './mapping/mapping-schema.js';

/** What importing does with a fault, and how it is decided; null: nothing is to be decided. */
export interface Consequence {
  readonly does: string;
  readonly fix: string | null;
}

const MEND = 'mend it in the old database: no mapping decides it';
const NOT_OPENED = 'imports the rows that can be shown, and does not open the account';

const FIXES: Partial<Record<FaultKind, string>> = {
  Number: MEND,
  TooMuch: MEND,
  User: MEND,
  Time: 'name the zone as "zone" where times tell none; mend all others in the old database',
  Type: 'name the type in "types", as one of recharge, consume, expire and refund',
  Amount: '"amounts": "balances"',
  Negative: '"negative": "zero"',
  Business: 'name the business in "businesses", as a code of the ledger or as "history"',
  SharedId: 'other columns in "consumption", or "sharedIds": "history" or "together"',
  Refund: '"refunds": "newest" or "history"',
  BatchId: '"batchIds": "derive"',
  Sum: '"believe": "batches" or "balance" with a sufficient "adjustMax", or map the table of batches',
};

const COUNTED: Partial<Record<FaultKind, string>> = {
  Chain: 'shows the balances as they are',
  Order: 'keeps the order of the ids',
  Text: 'cuts what is too long, and shows the rest as it is',
  Duration: 'shows no duration',
  NoId: 'shows the row as history: nobody can settle or refund it here',
  NoBatch: 'shows no batch, and lets what comes back go into a batch of its own',
  Overdue: 'lets the points expire with the first command',
  Full: 'opens the account, and refuses recharges until fewer batches have points',
};

/** Every fault has an account: a user without one has no stream. */
export function consequenceOf(kind: FaultKind, status: FaultStatus, mapping: Mapping): Consequence {
  if (status === 'counted') return { does: COUNTED[kind] ?? '', fix: null };
  if (status === 'decided') return { does: decided(kind, mapping), fix: null };
  const does = kind === 'User' ? 'leaves the rows and batches out: there is no stream' : NOT_OPENED;
  return { does, fix: FIXES[kind] ?? null };
}

function decided(kind: FaultKind, { sharedIds, refunds, believe }: Mapping): string {
  switch (kind) {
    case 'Type':
      return 'shows the type that the mapping names';
    case 'Amount':
      return 'shows no row for 0, and else the amount with the type that its balances tell';
    case 'Negative':
      return 'shows 0';
    case 'Business':
      return 'shows the code that the mapping names, or keeps the row as history';
    case 'SharedId':
      return sharedIds === 'together'
        ? 'takes the rows of one business together, and keeps those of several as history'
        : 'keeps the rows as history';
    case 'Refund':
      return refunds === 'newest'
        ? 'takes it off the newest consumption of the business that holds as much'
        : 'keeps what it gives back beyond its consumption as history';
    case 'BatchId':
      return 'derives a number for the batch';
    case 'Sum':
      return believe === 'balance'
        ? 'adds a batch, or takes off batches, so that the last balance holds'
        : 'adds a row, so that the balance is what the batches have left';
    default:
      return '';
  }
}
