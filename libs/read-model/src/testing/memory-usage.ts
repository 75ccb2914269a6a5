import { UnknownTimeZone, type UsageItem, type UsageRequest } from '../read-tables.js';
import type { TransactionRow } from '../schema/tables.js';

export function sumUsage(
  rows: readonly TransactionRow[],
  { groupBy, from, to, timeZone }: UsageRequest,
): readonly UsageItem[] {
  const days = daysIn(timeZone);
  const groups = new Map<string, UsageItem>();
  const counted = new Set<string>();
  for (const row of rows) {
    if (row.source_type === null) continue;
    if (from !== undefined && row.created_at < from) continue;
    if (to !== undefined && row.created_at >= to) continue;
    const day = groupBy === 'source_type' ? null : days.format(new Date(row.created_at));
    const source_type = groupBy === 'day' ? null : row.source_type;
    const group = `${day} ${source_type}`;
    const item = plus(groups.get(group) ?? { day, source_type, ...NOTHING }, row);
    const legacy = row.type === 'consume' && row.legacy_id !== null;
    const name = `${group} ${row.source_id ?? row.legacy_id}`;
    groups.set(group, legacy && !counted.has(name) ? { ...item, count: item.count + 1 } : item);
    if (legacy) counted.add(name);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function daysIn(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone });
  } catch (cause) {
    throw new UnknownTimeZone(timeZone, { cause });
  }
}

const NOTHING = { consumed: 0, refunded: 0, count: 0, duration: 0 };

function plus(item: UsageItem, row: TransactionRow): UsageItem {
  const consumed = row.type === 'consume';
  const begins = consumed && row.line === 0 && row.revision === row.consumption_of;
  return {
    ...item,
    consumed: item.consumed + (consumed ? row.amount : 0),
    refunded: item.refunded + (consumed ? 0 : row.amount),
    count: item.count + (begins ? 1 : 0),
    duration: item.duration + (row.duration ?? 0),
  };
}
