import { setImmediate as breathe } from 'node:timers/promises';

import { nothingFolded, type Folded } from '../fold.js';
import { poisonBy, type EventPlace } from '../poison.js';
import { userOf } from '../user-of.js';
import type { Statement } from './statement.js';
import { statementsFor } from './write.js';

/**
 * What is to be sent for the rows of some events. An error names the event behind it: encoding only
 * computes, so it would fail again at every retry.
 */
export async function encode(
  version: number,
  folded: Folded,
  events: readonly EventPlace[],
): Promise<Statement[]> {
  const statements: Statement[] = [];
  try {
    for (const statement of statementsFor(version, folded)) {
      statements.push(statement);
      await breathe();
    }
  } catch (cause) {
    const event = eventThatFails(folded, events);
    throw event === null ? cause : poisonBy('unwritable-value', event, cause);
  }
  return statements;
}

/** The first event with a row that can't be encoded, by trying them one by one. */
function eventThatFails(folded: Folded, events: readonly EventPlace[]): EventPlace | null {
  const failing = new Set<EventPlace>();
  for (const { row, alone } of rowByRow(folded)) {
    const event = canBeEncoded(alone) ? undefined : eventBehind(row, events);
    if (event !== undefined) failing.add(event);
  }
  return events.find((event) => failing.has(event)) ?? null;
}

interface OwnedRow {
  readonly user_id: string;
  readonly revision: number;
}

/** Durations are left out: each comes with the account that its event moved. */
function* rowByRow(folded: Folded): Generator<{ row: OwnedRow; alone: Folded }> {
  for (const row of folded.transactions) {
    yield { row, alone: { ...nothingFolded(1), transactions: [row] } };
  }
  const tables = ['accounts', 'batches', 'consumptions'] as const;
  for (const table of tables) {
    for (const kind of ['begun', 'changed'] as const) {
      for (const row of folded[table][kind]) {
        const written = { begun: new Set(), changed: new Set(), [kind]: new Set([row]) };
        yield { row, alone: { ...nothingFolded(1), [table]: written } };
      }
    }
  }
}

function canBeEncoded(folded: Folded): boolean {
  try {
    return [...statementsFor(1, folded)].length > 0;
  } catch {
    return false;
  }
}

/** A row that began before these events fails by the last of them that concerns its account. */
function eventBehind({ user_id, revision }: OwnedRow, events: readonly EventPlace[]) {
  const ofAccount = events.filter(({ stream }) => userOf(stream) === user_id);
  return ofAccount.find((event) => event.revision === revision) ?? ofAccount.at(-1);
}
