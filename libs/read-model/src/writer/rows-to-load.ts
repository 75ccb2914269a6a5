import { userOfStream } from '#identity';

import type { DecodedBatch, DecodedEvent } from '../fold/decode-batch.js';
import type { BatchChange, EventRows } from '../fold/event-rows.js';
import { namedLegacyIds } from '../fold/import-change.js';
import { noLoadedRows, type LoadedRows } from '../fold/loaded-rows.js';
import { LegacyRowsToLoad } from './legacy-rows-to-load.js';
import type { RowCache } from './row-cache.js';

/** A batch, a consumption or a recharge of a user, by its number. */
export interface RowKey {
  readonly userId: string;
  readonly number: number;
}

/** A legacy row of a user, by the id that it had. */
export interface LegacyKey {
  readonly userId: string;
  readonly legacyId: string;
}

/** The rows that the events of a batch touch: those in the cache, and those that must be loaded. */
export class RowsToLoad {
  readonly users = new Map<string, LoadedRows>();
  accounts: string[] = [];
  batches: RowKey[] = [];
  consumptions: RowKey[] = [];
  recharges: RowKey[] = [];
  legacy: LegacyKey[] = [];

  constructor(private readonly cache: RowCache) {}

  get isComplete(): boolean {
    const rows = this.batches.length + this.consumptions.length + this.recharges.length;
    return this.accounts.length + rows + this.legacy.length === 0;
  }

  markLoaded(): void {
    this.accounts = [];
    this.batches = [];
    this.consumptions = [];
    this.recharges = [];
    this.legacy = [];
  }

  /** May be called for one part of a batch after the other, when what came before it is folded. */
  add({ newEvents, parkings, redelivered }: DecodedBatch): void {
    let isComplete = true;
    for (const { parking } of parkings) this.rowsOf(parking.userId);
    for (const { rows } of newEvents) if (!this.#hasAllRowsOf(rows)) isComplete = false;
    for (const { stream } of redelivered) this.rowsOf(userOfStream(stream) ?? '');
    if (!isComplete) this.#addMissing(newEvents);
  }

  /** Once the cache is warm, this is true of nearly all events, and keeps the search from them. */
  #hasAllRowsOf({ account, batches, consumption, recharge, takeOver }: EventRows): boolean {
    const rows = this.rowsOf(account.user_id);
    return (
      batches.every((change) => isNew(change) || rows.batches.has(change.batch_id)) &&
      (consumption === null ||
        consumption.kind === 'begun' ||
        rows.consumptions.has(consumption.of)) &&
      (recharge === null || recharge.kind === 'recharged') &&
      (takeOver === null || namedLegacyIds(takeOver).length === 0)
    );
  }

  /** In the order of the events, because a row that an event inserts is in no table before it. */
  #addMissing(events: readonly DecodedEvent[]): void {
    const seen = {
      batches: new Set<string>(),
      consumptions: new Set<string>(),
      recharges: new Set<string>(),
    };
    const legacy = new LegacyRowsToLoad();
    for (const { rows } of events) {
      const userId = rows.account.user_id;
      const own = this.rowsOf(userId);
      const see = (table: keyof typeof seen, number: number, isInserted: boolean): void => {
        const key = `${userId}/${number}`;
        const isKnown = isInserted || own[table].has(number) || seen[table].has(key);
        if (!isKnown) this[table].push({ userId, number });
        seen[table].add(key);
      };
      for (const change of rows.batches) see('batches', change.batch_id, isNew(change));
      const { consumption, recharge, takeOver } = rows;
      if (takeOver !== null) {
        for (const legacyId of legacy.add(takeOver, own, userId)) {
          this.legacy.push({ userId, legacyId });
        }
      }
      if (consumption !== null) {
        see('consumptions', consumption.of, consumption.kind === 'begun');
      }
      if (recharge === null) continue;
      see('recharges', recharge.of, recharge.kind === 'recharged');
      // A recharge without a row is described by its batch, of which nothing may be left to take.
      if (recharge.kind === 'reversed') see('batches', recharge.batch_id, false);
    }
  }

  rowsOf(userId: string): LoadedRows {
    const known = this.users.get(userId);
    if (known !== undefined) return known;
    const cached = this.cache.get(userId);
    if (cached === undefined) this.accounts.push(userId);
    const rows = cached ?? noLoadedRows();
    this.users.set(userId, rows);
    return rows;
  }
}

/** A recharge always makes a batch of its own; a grace batch may be there already. */
const isNew = ({ initial }: BatchChange): boolean => initial?.grace === false;
