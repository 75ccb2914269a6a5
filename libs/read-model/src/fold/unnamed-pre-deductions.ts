import type { DecodedEvent } from './decode-batch.js';

/**
 * When rules 1 last began a pre-deduction that its command did not name: it has the id of the command then.
 * Under rules 2 it would have another one, and a sender that settles it by the id of the command would not
 * find it. null: none of the events is one.
 */
export function lastUnnamedAt(events: readonly DecodedEvent[]): string | null {
  let last: string | null = null;
  for (const { recorded, rows } of events) {
    const { account, consumption } = rows;
    if (consumption?.kind !== 'begun' || consumption.settle_by === null) continue;
    if (last !== null && account.at <= last) continue;
    if (isUnnamed(recorded.meta, consumption.consumption_id)) last = account.at;
  }
  return last;
}

interface StoredMeta {
  readonly command: { readonly id: string };
  /** What the sender said, where this is the first event of the command and not of an earlier release. */
  readonly data?: { readonly consumption_id?: string };
  readonly v?: number;
}

function isUnnamed(meta: string, consumptionId: string): boolean {
  // Most pre-deductions have an id of their own, and their meta need not be parsed.
  if (!meta.includes(JSON.stringify(consumptionId))) return false;
  const { command, data, v = 1 } = JSON.parse(meta) as StoredMeta;
  if (v !== 1 || command.id !== consumptionId) return false;
  return data?.consumption_id === undefined;
}
