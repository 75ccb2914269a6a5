import { compareLegacyIds } from '#ledger';

import { namedLegacyIds, type ImportChange } from '../fold/import-change.js';
import type { LoadedRows } from '../fold/loaded-rows.js';

interface Account {
  /** The greatest id so far; undefined: it is not known, because the account has to be loaded. */
  throughId: string | null | undefined;
  readonly seen: Set<string>;
}

/** Of the legacy rows that events name, in their order, those that may be in the table already. */
export class LegacyRowsToLoad {
  readonly #accounts = new Map<string, Account>();

  add(change: ImportChange, rows: LoadedRows, userId: string): readonly string[] {
    const account = this.#accountOf(rows, userId);
    if (change.kind === 'imported') account.throughId = null;
    const missing: string[] = [];
    for (const legacyId of namedLegacyIds(change)) {
      const isKnown = rows.legacy.has(legacyId) || account.seen.has(legacyId);
      if (!isKnown && mayBeThere(legacyId, account.throughId)) missing.push(legacyId);
      account.seen.add(legacyId);
    }
    if (change.kind === 'rows' && account.throughId !== undefined) {
      account.throughId = change.throughId;
    }
    return missing;
  }

  #accountOf({ account }: LoadedRows, userId: string): Account {
    const known = this.#accounts.get(userId);
    if (known !== undefined) return known;
    const added = { throughId: account?.legacy_through, seen: new Set<string>() };
    this.#accounts.set(userId, added);
    return added;
  }
}

/** Most rows are new, with rising ids. */
const mayBeThere = (legacyId: string, throughId: string | null | undefined): boolean =>
  throughId === undefined || (throughId !== null && compareLegacyIds(legacyId, throughId) <= 0);
