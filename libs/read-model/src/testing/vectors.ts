import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { EventBatch, Position, RecordedEvent } from '#event-store';
import { accountStream } from '#identity';
import { parseEvent, rulesOf, serializeEvent, type LedgerEvent } from '#ledger';

import type { NewTransactionRow } from '../fold/event-rows.js';

const FOLDER = join(import.meta.dirname, '../../../../test/vectors');

type VectorRow = Omit<NewTransactionRow, 'revision' | 'line' | 'consumption_of' | 'legacy_id'>;

export interface VectorUser {
  readonly userId: string;
  readonly balance: number;
  readonly held: number;
  /** Of vectors of rules 2. */
  readonly owed?: number;
  readonly events: readonly LedgerEvent[];
  readonly rows: readonly VectorRow[];
}

/** Each with the fields that its version stores. */
type StoredEvent = Pick<LedgerEvent, 'type'> & { readonly owedAfter?: number };

interface VectorFile {
  readonly users: Readonly<
    Record<string, Omit<VectorUser, 'userId' | 'events'> & { readonly events: StoredEvent[] }>
  >;
}

export interface VectorsOfFile {
  readonly file: string;
  readonly users: readonly VectorUser[];
}

/** The rows of whole accounts that an independent model of the rules has computed, by file. */
export const vectorFiles = (): readonly VectorsOfFile[] => filesOf(FOLDER);

/** The same of rules 2, also of accounts that began under rules 1. */
export const vectorFilesOfRules2 = (): readonly VectorsOfFile[] => filesOf(join(FOLDER, 'rules-2'));

function filesOf(folder: string): readonly VectorsOfFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const { users } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as VectorFile;
      return {
        file,
        users: Object.entries(users).map(([userId, user]) => ({
          ...user,
          userId,
          events: user.events.map(toEvent),
        })),
      };
    });
}

function toEvent(stored: StoredEvent): LedgerEvent {
  const settings = stored.owedAfter === undefined ? META_1 : META_2;
  const command = { id: '', source: '', type: 'ExpirePoints' };
  const meta = JSON.stringify({ command, correlation: '', ...settings });
  return parseEvent({ type: stored.type, data: JSON.stringify(stored), meta });
}

const META_1 = { policy: '', v: 1 };
const META_2 = { rules: 2, settings: 1, v: 2 };

/** The accounts of all files, with events of every kind. */
export function vectorUsers(): readonly VectorUser[] {
  const users = vectorFiles().flatMap((file) => file.users);
  return [...new Map(users.map((user) => [user.userId, user])).values()];
}

/** A row without its id and origin, as the vectors have it. */
export function withoutProvenance(row: VectorRow): VectorRow {
  const { user_id, type, amount, balance_before, balance_after, source_type, source_id } = row;
  const { batch_id, duration, description, created_at, updated_at } = row;
  const money = { type, amount, balance_before, balance_after, batch_id };
  const about = { source_type, source_id, duration, description };
  return { user_id, ...money, ...about, created_at, updated_at };
}

export const positionOf = (place: number): Position =>
  `test:${String(place).padStart(16, '0')}` as Position;

export const indexOf = (position: Position | null): number =>
  position === null ? 0 : Number(position.slice('test:'.length));

/** The events of all accounts in the order of a store, which keeps the order within each account. */
export function inStoreOrder(
  users: readonly Pick<VectorUser, 'userId' | 'events'>[],
): RecordedEvent[] {
  const recorded: RecordedEvent[] = [];
  const longest = Math.max(...users.map(({ events }) => events.length));
  for (let revision = 0; revision < longest; revision++) {
    for (const { userId, events } of users) {
      const event = events[revision];
      if (event !== undefined)
        recorded.push(recordedEvent(userId, revision, event, recorded.length + 1));
    }
  }
  return recorded;
}

export function recordedEvent(
  userId: string,
  revision: number,
  event: LedgerEvent,
  place: number,
): RecordedEvent {
  const stored = serializeEvent(event, {
    command: { source: '/test', id: event.commandId, type: 'ExpirePoints' },
    correlation: event.commandId,
    ...(rulesOf(event) === 1 ? { policy: '0'.repeat(64) } : { settings: 1, rules: 2 }),
  });
  return {
    ...stored,
    id: `00000000-0000-5000-8000-${String(place).padStart(12, '0')}`,
    hash: new Uint8Array(32),
    stream: accountStream(userId),
    revision,
    position: positionOf(place),
  };
}

export function inBatches(events: readonly RecordedEvent[], size: number): EventBatch[] {
  const batches: EventBatch[] = [];
  for (let from = 0; from < events.length; from += size) {
    const slice = events.slice(from, from + size);
    batches.push({ events: slice, next: slice.at(-1)!.position });
  }
  return batches;
}
