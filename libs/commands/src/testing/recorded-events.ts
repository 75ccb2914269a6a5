import { expect } from '@jest/globals';
import type { RecordedEvent } from '#event-store';
import type { MemoryLog } from '#event-store/testing';
import { CHAIN_START, accountStream, chainHash } from '#identity';
import {
  DEFAULT_POLICY,
  deserializeEvent,
  replay,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import type { CommandResult } from '../command-batch.js';
import { USER } from './command-builders.js';

export function storedIn(log: MemoryLog, userId: string = USER): RecordedEvent[] {
  const stream = accountStream(userId);
  return log.placesOf(stream).map((place, revision) => {
    const logged = log.at(place);
    if (logged === undefined || 'code' in logged) throw new Error(`no event at ${place}`);
    const position = `memory:${String(place + 1).padStart(16, '0')}` as RecordedEvent['position'];
    return { ...logged.event, stream, revision, position };
  });
}

export const eventsIn = (log: MemoryLog, userId: string = USER): LedgerEvent[] =>
  storedIn(log, userId).map((stored) => deserializeEvent(stored).event);

export const accountIn = (log: MemoryLog, userId: string = USER): Account =>
  replay(eventsIn(log, userId), DEFAULT_POLICY);

/** The hash chain is unbroken, and the events of each command are side by side. */
export function expectValidHistory(log: MemoryLog, userId: string = USER): void {
  let hash = CHAIN_START;
  const finished = new Set<string>();
  let current = '';
  for (const stored of storedIn(log, userId)) {
    hash = chainHash(hash, stored);
    expect(Buffer.from(stored.hash)).toEqual(Buffer.from(hash));
    const { commandId } = deserializeEvent(stored).event;
    if (commandId === current) continue;
    expect(finished).not.toContain(commandId);
    finished.add((current = commandId));
  }
  accountIn(log, userId);
}

/** The answer agrees with the recorded events: the revision and balance are those of the last one. */
export function expectRecorded(
  log: MemoryLog,
  command: LedgerCommand,
  { answer }: CommandResult,
): void {
  const events = eventsIn(log, command.userId);
  const revisions = events.flatMap((event, revision) =>
    event.commandId === command.commandId ? [revision] : [],
  );
  expect(revisions.at(-1) ?? null).toBe(answer.revision);
  if (answer.revision === null) return;
  expect(events[answer.revision]?.balanceAfter).toBe(answer.balance);
  const isRefused = revisions.some((revision) => events[revision]?.type === 'CommandRefused');
  expect(answer.status).toBe(isRefused ? 'refused' : 'accepted');
}
