import { expect } from '@jest/globals';
import { CHAIN_START, accountStream, chainHash } from '#identity';
import { seededRandom as diceOf } from '#testing';
import { createHash } from 'node:crypto';
import {
  SealedSnapshots,
  SnapshotKeys,
  type RecordedEvent,
  type SnapshotStore,
} from '#event-store';
import {
  MemoryEventStore,
  MemoryLog,
  type AppendCall,
  type MemoryFault,
} from '#event-store/testing';
import {
  DEFAULT_POLICY,
  deserializeEvent,
  replay,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import { AccountCommandProcessor } from '../account-command-processor.js';
import type { Clock } from '../clock.js';
import type { CommandObserver } from '../command-observer.js';
import type { AccountCommandProcessorOptions } from '../processor-options.js';
import type { CommandResult } from '../command-batch.js';

// What the specs of this room share: builders of commands, a desk on a store that has faults, and
// the promise that is checked after everything: one effect and one answer for each command.

const uuidOf = (text: string): string => {
  const hex = createHash('sha1').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export const USER = uuidOf('the user');
export const userOf = (n: number): string => uuidOf(`user ${n}`);

export const AT = '2030-01-01T00:00:00.000Z';
export const secondsLater = (seconds: number): string =>
  new Date(Date.parse(AT) + seconds * 1000).toISOString();

interface CommandBuilderOptions {
  readonly userId?: string;
  readonly at?: string;
}

function commandFields(
  id: string,
  { userId = USER, at = AT }: CommandBuilderOptions,
  meaning: string,
) {
  const digest = createHash('sha256').update(meaning).digest('hex');
  return { userId, source: '/spec', id, commandId: uuidOf(`${userId} ${id}`), digest, at };
}

export function recharge(
  id: string,
  points: number,
  options: CommandBuilderOptions = {},
): LedgerCommand {
  const own = { expiresAt: null, priority: 50, sourceId: null };
  const base = commandFields(id, options, `recharge ${points}`);
  return { ...base, type: 'RechargePoints', points, ...own };
}

export function consume(
  id: string,
  points: number,
  options: CommandBuilderOptions = {},
): LedgerCommand {
  const own = { sourceId: null, duration: null, settleWithin: null };
  const base = commandFields(id, options, `consume ${points}`);
  return {
    ...base,
    type: 'ConsumePoints',
    sourceType: 'script',
    points,
    consumptionId: id,
    ...own,
  };
}

export function refund(
  id: string,
  consumptionId: string,
  options: CommandBuilderOptions = {},
): LedgerCommand {
  const base = commandFields(id, options, `refund ${consumptionId}`);
  return { ...base, type: 'RefundPoints', consumptionId, points: null, reason: null };
}

export function expire(id: string, options: CommandBuilderOptions = {}): LedgerCommand {
  return { ...commandFields(id, options, 'expire'), type: 'ExpirePoints' };
}

export const ORIGIN = { correlation: 'spec' };

/** Time that nobody has to sit through: when nothing else is left to do, the next timer is due. */
export class JumpingClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly then: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.#now + ms, then };
    this.#timers.push(timer);
    this.#jumpSoon();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  #jumpSoon(): void {
    setImmediate(() => {
      const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
      if (next === undefined) return;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.then();
    });
  }
}

export const KEYS = new SnapshotKeys([{ id: 'spec', secret: new Uint8Array(32).fill(1) }]);
export const withSeals = (store: SnapshotStore): SealedSnapshots =>
  new SealedSnapshots(store, KEYS);

/** Faults for the appends to come, one each; then nothing goes wrong any more. */
export function faults(...planned: (MemoryFault | 'none')[]): () => MemoryFault | undefined {
  return () => {
    const next = planned.shift();
    return next === 'none' ? undefined : next;
  };
}

export interface ProcessorSetup extends Partial<AccountCommandProcessorOptions> {
  readonly log?: MemoryLog;
  readonly faultOf?: (call: AppendCall) => MemoryFault | undefined;
  readonly readFaultOf?: () => Error | undefined;
}

export interface ObserverCall {
  readonly kind: keyof CommandObserver;
  readonly what: unknown[];
}

/** A desk of its own store on a log that others may share, everything it reports, every append it tried. */
export function openProcessor(setting: ProcessorSetup = {}) {
  const { log = new MemoryLog(), faultOf, readFaultOf, ...options } = setting;
  const appends: AppendCall[] = [];
  const store = new MemoryEventStore({
    log,
    faultOf: (call) => {
      appends.push(call);
      return faultOf?.(call);
    },
    ...(readFaultOf && { readFaultOf }),
  });
  const notes: ObserverCall[] = [];
  const note =
    (kind: keyof CommandObserver) =>
    (...what: unknown[]): void => {
      notes.push({ kind, what });
    };
  const observer: CommandObserver = {
    appended: note('appended'),
    conflicted: note('conflicted'),
    unknown: note('unknown'),
    unread: note('unread'),
    found: note('found'),
    loaded: note('loaded'),
    snapshotIgnored: note('snapshotIgnored'),
    snapshotForged: note('snapshotForged'),
    snapshotDiffers: note('snapshotDiffers'),
    snapshotChecked: note('snapshotChecked'),
    snapshotNotSaved: note('snapshotNotSaved'),
    alarm: note('alarm'),
  };
  const processor = new AccountCommandProcessor({
    store,
    policy: DEFAULT_POLICY,
    observer,
    ...options,
  });
  const observed = (kind: keyof CommandObserver): unknown[][] =>
    notes.filter((each) => each.kind === kind).map((each) => each.what);
  return { processor, store, log, appends, observed };
}

export function run(
  processor: AccountCommandProcessor,
  ...commands: LedgerCommand[]
): Promise<CommandResult[]> {
  return Promise.all(commands.map((command) => processor.run(command, ORIGIN)));
}

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

/** The chain of the account is whole, and no command has left its events in two places. */
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

/** What was answered is what is stored: its last event stands at that revision, with that balance. */
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

/** The numbers of the dice alone: the same seed gives the same run. */
export const seeded = (seed: number): (() => number) => diceOf(seed).next;

export { eventually } from '#testing';

/** A door for a test to hold things up at. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

export const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
