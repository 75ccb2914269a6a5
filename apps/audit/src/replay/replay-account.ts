import type { Position } from '#event-store';
import { accountStream } from '#identity';
import {
  BrokenRule,
  LegacyStatement,
  REMEMBER_EVERYTHING,
  UnreadableEvent,
  emptyAccount,
  evolve,
  deserializeEvent,
  type Account,
  type LedgerEvent,
  type LegacyRowsImported,
  type Policy,
  type Provenance,
} from '#ledger';
import { statementRowsOf, type NewTransactionRow } from '#read-model';
import type { EventSource, StoredEvent } from '../store/event-source.js';
import { legacyRowsByNumber } from './legacy-rows.js';

/** How many rows the usage page shows. */
const PAGE_ROWS = 20;
const BUFFERED_ROWS_MAX = 200;
/** No command is decided here, so the idempotency window is not needed. */
const POLICY_WITHOUT_COMMANDS: Policy = { ...REMEMBER_EVERYTHING, rememberMin: 0, rememberMax: 0 };

/** One event of the statement with its rows and the command that produced it. */
export interface StatementLine {
  readonly stored: StoredEvent;
  readonly event: LedgerEvent;
  readonly provenance: Provenance;
  readonly rows: readonly NewTransactionRow[];
}

/** Replay up to and including a time or a revision; without either, to the end. */
export interface ReplayLimit {
  readonly at?: string;
  readonly revision?: number;
}

export interface ReplayResult {
  readonly account: Account;
  /** Until it is opened, that of the last of its legacy rows. */
  readonly balance: number;
  readonly position: Position | null;
  /** The newest event; null: there is none. */
  readonly last: LedgerEvent | null;
  /** Newest first, with the durations that were known by then. */
  readonly page: readonly NewTransactionRow[];
  /** The event at which the replay stopped, and why; null: it reached the end. */
  readonly stopped: { readonly revision: number; readonly why: string } | null;
}

/** Replays an account up to a moment and calls `onLine` for each of its events. */
export async function replayAccount(
  source: EventSource,
  user: string,
  limit: ReplayLimit,
  onLine: (line: StatementLine) => Promise<void> | undefined,
): Promise<ReplayResult> {
  const account = emptyAccount(POLICY_WITHOUT_COMMANDS);
  const page = new UsagePage();
  const legacy = new LegacyStatement();
  let last: { readonly stored: StoredEvent; readonly event: LedgerEvent } | null = null;
  const replayed = (stopped: ReplayResult['stopped']): ReplayResult => ({
    account,
    balance: account.takeOver?.phase === 'imported' ? legacy.balance : account.balance,
    position: last?.stored.position ?? null,
    last: last?.event ?? null,
    page: page.rows,
    stopped,
  });
  for await (const events of source.streamEvents(accountStream(user), null)) {
    for (const stored of events) {
      const read = decodeEvent(stored, account.revision + 1);
      if ('why' in read) return replayed(read);
      const { event, provenance } = read;
      if (isPastLimit(limit, event, stored)) return replayed(null);
      const why = applyEvent(account, event);
      if (why !== null) return replayed({ revision: stored.revision, why });
      last = { stored, event };
      const rows = statementRowsOf(user, stored.revision, event);
      if (event.type === 'LegacyRowsImported') legacy.apply(event);
      page.add(event, rows);
      const printed = onLine({ stored, event, provenance, rows });
      if (printed !== undefined) await printed;
    }
  }
  return replayed(null);
}

const isPastLimit = (
  { at, revision }: ReplayLimit,
  event: LedgerEvent,
  stored: StoredEvent,
): boolean =>
  (at !== undefined && event.at > at) || (revision !== undefined && stored.revision > revision);

function decodeEvent(
  stored: StoredEvent,
  expected: number,
): ReturnType<typeof deserializeEvent> | { readonly revision: number; readonly why: string } {
  const { revision } = stored;
  if (revision !== expected) return { revision: expected, why: 'it is missing' };
  try {
    return deserializeEvent(stored);
  } catch (error) {
    if (error instanceof UnreadableEvent) return { revision, why: error.message };
    throw error;
  }
}

function applyEvent(account: Account, event: LedgerEvent): string | null {
  try {
    evolve(account, event);
    return null;
  } catch (error) {
    if (error instanceof BrokenRule) return error.rule;
    throw error;
  }
}

/** The rows that the usage page showed, the newest of the statement. */
class UsagePage {
  /** Oldest first. Rows that are not shown any more are dropped in blocks. */
  #rows: NewTransactionRow[] = [];
  #legacyRows: ReturnType<typeof legacyRowsByNumber> = new Map();
  /** The ids of all legacy rows that are shown, dropped ones too. */
  readonly #legacyIds = new Set<string | null>();

  /** Newest first. */
  get rows(): readonly NewTransactionRow[] {
    return this.#rows.slice(-PAGE_ROWS).reverse();
  }

  add(event: LedgerEvent, rows: readonly NewTransactionRow[]): void {
    if (event.type === 'AccountOpened') this.#legacyRows = legacyRowsByNumber(event);
    if (event.type === 'LegacyRowsImported') this.#sayLegacy(event, rows);
    else this.#rows.push(...rows);
    if (this.#rows.length > BUFFERED_ROWS_MAX) this.#rows = this.#rows.slice(-PAGE_ROWS);
    if (event.type === 'ConsumptionSettled') this.#fillInDuration(event);
  }

  #placeOfLegacy(number: number): number {
    const ids = this.#legacyRows.get(number) ?? [];
    const id = ids.find((one) => this.#rows.some(({ legacy_id }) => legacy_id === one));
    return this.#rows.findIndex(({ legacy_id }) => id !== undefined && legacy_id === id);
  }

  /** A row that is said again stays where it was first said. */
  #sayLegacy({ rows: said, gone }: LegacyRowsImported, rows: readonly NewTransactionRow[]): void {
    const shown = new Map(rows.map((row) => [row.legacy_id, row]));
    const hidden = said.flatMap(([id]) => (shown.has(id) ? [] : id));
    this.#removeLegacy(new Set<string | null>([...gone, ...hidden]));
    this.#rows = this.#rows.map((row) => {
      const again = row.legacy_id === null ? undefined : shown.get(row.legacy_id);
      return again === undefined ? row : { ...again, revision: row.revision, line: row.line };
    });
    for (const [id, row] of shown) {
      if (!this.#legacyIds.has(id)) this.#rows.push(row);
      this.#legacyIds.add(id);
    }
  }

  #removeLegacy(ids: ReadonlySet<string | null>): void {
    if (ids.size === 0) return;
    for (const id of ids) this.#legacyIds.delete(id);
    this.#rows = this.#rows.filter(({ legacy_id }) => !ids.has(legacy_id));
  }

  #fillInDuration({
    durationOf,
    duration,
    at,
  }: Extract<LedgerEvent, { type: 'ConsumptionSettled' }>) {
    if (durationOf === null || duration === null) return;
    const place =
      durationOf < 0
        ? this.#placeOfLegacy(durationOf)
        : this.#rows.findLastIndex((row) => row.revision === durationOf && row.line === 0);
    const row = this.#rows[place];
    if (row !== undefined) this.#rows[place] = { ...row, duration, updated_at: at };
  }
}
