import { csvLine } from '#contracts/csv';
import type { EventSource } from '../source/event-source.js';
import { replayAccount, type StatementLine } from '../replay/replay-account.js';
import { CannotCheck } from '../trouble.js';
import { userOf } from '../verify/account-audit.js';
import { isIn, type Format, type Range } from './export-events.js';

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

type Statement = Record<(typeof COLUMNS)[number], string | number | null>;

/** The rows that people see, account by account, durations filled in by their settlements. */
export async function* exportStatement(
  source: EventSource,
  user: string | null,
  range: Range,
  format: Format,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield csvLine([...COLUMNS, 'command_type', 'command_source', 'command_id']);
  for await (const one of usersOf(source, user))
    yield await statementOf(source, one, range, format);
}

async function* usersOf(source: EventSource, user: string | null): AsyncIterable<string> {
  if (user !== null) {
    yield user;
    return;
  }
  const { last } = await source.edges();
  if (last === null) return;
  for await (const page of source.accountHeads(last)) {
    for (const { stream } of page) yield userOf(stream) ?? '';
  }
}

async function statementOf(
  source: EventSource,
  user: string,
  range: Range,
  format: Format,
): Promise<string> {
  const lines: (Pick<StatementLine, 'command'> & { row: Statement })[] = [];
  const firstOf = new Map<number, Statement>();
  const { stopped } = await replayAccount(source, user, {}, ({ command, event, rows }) => {
    for (const row of rows) {
      const statement: Statement = { ...row };
      if (row.line === 0) firstOf.set(row.revision, statement);
      lines.push({ command, row: statement });
    }
    if (event.type !== 'ConsumptionSettled' || event.duration === null) return;
    const carrier = firstOf.get(event.durationOf ?? -1);
    if (carrier !== undefined)
      Object.assign(carrier, { duration: event.duration, updated_at: event.at });
  });
  if (stopped !== null) {
    throw new CannotCheck(`points-${user} revision ${stopped.revision}: ${stopped.why}`);
  }
  return lines
    .filter(({ row }) => isIn(range, String(row.created_at)))
    .map(({ row, command }) =>
      format === 'jsonl'
        ? `${JSON.stringify({ ...row, command })}\n`
        : csvLine([...COLUMNS.map((name) => row[name]), command.type, command.source, command.id]),
    )
    .join('');
}
