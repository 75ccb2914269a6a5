import { csvRow } from '#contracts/csv';
import { accountStream, userOfStream } from '#identity';
import type { AccountOpened, LegacyRowsImported } from '#ledger';
import { legacyRowsByNumber, printedRow } from '../replay/legacy-rows.js';
import type { EventSource, OnDamage } from '../store/event-source.js';
import { replayAccount, type StatementLine } from '../replay/replay-account.js';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import { isInRange, type ExportFormat, type TimeRange } from './export-events.js';

const COLUMNS = [
  'user_id',
  'revision',
  'line',
  'type',
  'amount',
  'balance_before',
  'balance_after',
  'source_type',
  'source_id',
  'batch_id',
  'duration',
  'description',
  'created_at',
  'updated_at',
  'consumption_of',
] as const;

type StatementRow = Record<(typeof COLUMNS)[number], string | number | null>;

/** Exports the rows that users see, account by account, with the durations from their settlements. */
export async function* exportStatement(
  source: EventSource,
  user: string | null,
  range: TimeRange,
  format: ExportFormat,
  onDamage?: OnDamage,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield csvRow([...COLUMNS, 'command_type', 'command_source', 'command_id']);
  for await (const currentUser of listUsers(source, user)) {
    try {
      yield await exportAccount(source, currentUser, range, format);
    } catch (error) {
      const isSkipped =
        user === null && onDamage !== undefined && error instanceof UnreadableAccountError;
      if (!isSkipped) throw error;
      const stream = accountStream(currentUser);
      const nowhere = { position: null, revision: null };
      onDamage({ kind: 'unreadable', stream, ...nowhere, detail: error.message });
    }
  }
}

/** This account can't be replayed. The export of all accounts goes on with the others. */
class UnreadableAccountError extends CannotCheckError {}

const STREAM_ERROR_CODES = new Set(['stream-deleted', 'stream-truncated', 'broken-order']);

async function* listUsers(source: EventSource, user: string | null): AsyncIterable<string> {
  if (user !== null) {
    yield user;
    return;
  }
  const { last } = await source.end();
  if (last === null) return;
  for await (const page of source.accountHeads(last)) {
    for (const { stream } of page) {
      const listed = userOfStream(stream);
      if (listed !== null) yield listed;
    }
  }
}

interface ExportedLine {
  readonly command: StatementLine['provenance']['command'];
  readonly row: StatementRow;
}

/** The rows of one account, as they are when all its events are known. */
class ExportedAccount {
  readonly #lines = new Set<ExportedLine>();
  /** By the event of which it is the first row. */
  readonly #firstOf = new Map<number, ExportedLine>();
  readonly #legacy = new Map<string, ExportedLine>();

  get lines(): readonly ExportedLine[] {
    return [...this.#lines];
  }

  add({ provenance: { command }, event, rows }: StatementLine): undefined {
    if (event.type === 'LegacyRowsImported') this.#removeLegacy(event);
    for (const row of rows) {
      const line: ExportedLine = { command, row: printedRow(row) };
      this.#lines.add(line);
      if (row.legacy_id !== null) this.#legacy.set(row.legacy_id, line);
      else if (row.line === 0) this.#firstOf.set(row.revision, line);
    }
    if (event.type === 'AccountOpened') this.#open(event);
    if (event.type !== 'ConsumptionSettled' || event.duration === null) return;
    const carrier = event.durationOf === null ? undefined : this.#firstOf.get(event.durationOf);
    if (carrier === undefined) return;
    Object.assign(carrier.row, { duration: event.duration, updated_at: event.at });
  }

  /** Rows that are said again come again, and those that are gone do not. */
  #removeLegacy({ rows, gone }: LegacyRowsImported): void {
    for (const id of [...gone, ...rows.map(([said]) => said)]) {
      const line = this.#legacy.get(id);
      if (line !== undefined) this.#lines.delete(line);
      this.#legacy.delete(id);
    }
  }

  #open(event: AccountOpened): void {
    for (const [number, ids] of legacyRowsByNumber(event)) {
      const lines = ids.flatMap((id) => this.#legacy.get(id) ?? []);
      for (const { row } of lines) row.consumption_of = number;
      if (lines[0] !== undefined) this.#firstOf.set(number, lines[0]);
    }
  }
}

async function exportAccount(
  source: EventSource,
  user: string,
  range: TimeRange,
  format: ExportFormat,
): Promise<string> {
  const account = new ExportedAccount();
  const replayed = replayAccount(source, user, {}, (line) => account.add(line));
  const { stopped } = await replayed.catch((cause: unknown) => {
    const isStreamError = cause instanceof StoreRefusedError && STREAM_ERROR_CODES.has(cause.code);
    throw isStreamError ? new UnreadableAccountError(cause.message, { cause }) : cause;
  });
  if (stopped !== null) {
    throw new UnreadableAccountError(`points-${user} revision ${stopped.revision}: ${stopped.why}`);
  }
  return account.lines
    .filter(({ row }) => isInRange(range, String(row.created_at)))
    .map(({ row, command }) =>
      format === 'jsonl'
        ? `${JSON.stringify({ ...row, command })}\n`
        : csvRow([...COLUMNS.map((name) => row[name]), command.type, command.source, command.id]),
    )
    .join('');
}
