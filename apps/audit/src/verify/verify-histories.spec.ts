import fc from 'fast-check';
import { SETTINGS_STREAM } from '#ledger';
import { commandHistories, historiesOfChangingPolicy } from '#ledger/testing';
import { knownSettings, readSettings } from '../checks/known-settings.js';
import type { StoredEvent } from '../store/event-source.js';
import { ledgerOfHistory } from '../testing/history-ledger.js';
import { inlineWorkerPool } from '../testing/inline-worker-pool.js';
import { MemoryEventSource } from '../testing/memory-event-source.js';
import { withChange, withFreshHashes } from '../testing/sample-events.js';
import { verifyStore } from './verify-store.js';

const histories = fc.oneof(commandHistories(), historiesOfChangingPolicy());

async function damageOf(events: readonly StoredEvent[]) {
  const source = new MemoryEventSource([...events]);
  const known = knownSettings([], await readSettings(source));
  return (await verifyStore(source, inlineWorkerPool(source, known))).findings.sorted();
}

type Leaf = string | number | boolean | null;

interface Field {
  readonly part: 'data' | 'meta';
  readonly path: readonly string[];
  readonly value: Leaf;
}

/** A command's own time leaves no trace where the account's time is later. Only hashes cover it. */
const UNSEEN: Readonly<Record<Field['part'], readonly string[]>> = {
  data: ['receivedAt'],
  meta: ['correlation'],
};

function fieldsOf(event: StoredEvent): readonly Field[] {
  return (['data', 'meta'] as const).flatMap((part) =>
    leavesOf(JSON.parse(event[part]))
      .filter(([[name = '']]) => !UNSEEN[part].includes(name))
      .map(([path, value]) => ({ part, path, value })),
  );
}

const leavesOf = (value: unknown, path: readonly string[] = []): [readonly string[], Leaf][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]))
    : [[path, value as Leaf]];

/** Another value of the same kind, which the field could have had. */
function otherThan(value: Leaf): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value === null) return 1;
  const isTime = /^\d{4}-.*Z$/.test(value);
  if (isTime)
    return value.replace(/\.\d{3}Z$/, (millis) => (millis === '.007Z' ? '.008Z' : '.007Z'));
  return value.replace(/.$/, (last) => (last === '1' ? '2' : '1'));
}

function withOther(event: StoredEvent, { part, path, value }: Field): Partial<StoredEvent> {
  const copy = JSON.parse(event[part]) as Record<string, unknown>;
  let inner = copy;
  for (const name of path.slice(0, -1)) inner = inner[name] as Record<string, unknown>;
  inner[path.at(-1) ?? ''] = otherThan(value);
  return { [part]: JSON.stringify(copy) };
}

describe('verifyStore, of random histories of rules 1, of rules 2, and of both', () => {
  it('finds no damage', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        expect(await damageOf(await ledgerOfHistory(history))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('finds each field that was changed, although all hashes were made anew', async () => {
    const place = fc.nat();
    await fc.assert(
      fc.asyncProperty(histories, place, place, async (history, eventPlace, fieldPlace) => {
        const events = await ledgerOfHistory(history);
        const ofAccount = events.filter(({ stream }) => stream !== SETTINGS_STREAM);
        const changed = ofAccount[eventPlace % ofAccount.length];
        fc.pre(changed !== undefined);
        const fields = fieldsOf(changed);
        const field = fields[fieldPlace % fields.length]!;
        const { stream, revision } = changed;
        const forged = withChange(events, stream, revision, withOther(changed, field));
        const damage = await damageOf(withFreshHashes(forged, stream));
        expect({ field, found: damage.length > 0 }).toEqual({ field, found: true });
      }),
      { numRuns: 300 },
    );
  });
});
