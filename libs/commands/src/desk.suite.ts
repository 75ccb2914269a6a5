import { seeded as diceOf } from '#testing';
import { createHash } from 'node:crypto';
import {
  CHAIN_START,
  MemoryEventStore,
  MemoryLog,
  SealedSnapshots,
  SnapshotKeys,
  chainHash,
  type AppendCall,
  type MemoryFault,
  type RecordedEvent,
  type SnapshotStore,
} from '#event-store';
import {
  DEFAULT_POLICY,
  fromStored,
  replay,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import { AccountDesk, streamOf } from './account-desk.js';
import type { Clock } from './clock.js';
import type { DeskObserver } from './desk-observer.js';
import type { DeskParts } from './desk-terms.js';
import type { Answered } from './group.js';

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

interface Asked {
  readonly userId?: string;
  readonly at?: string;
}

function asked(id: string, { userId = USER, at = AT }: Asked, meaning: string) {
  const digest = createHash('sha256').update(meaning).digest('hex');
  return { userId, source: '/spec', id, commandId: uuidOf(`${userId} ${id}`), digest, at };
}

export function recharge(id: string, points: number, options: Asked = {}): LedgerCommand {
  const own = { expiresAt: null, priority: 50, sourceId: null };
  const base = asked(id, options, `recharge ${points}`);
  return { ...base, type: 'RechargePoints', points, ...own };
}

export function consume(id: string, points: number, options: Asked = {}): LedgerCommand {
  const own = { sourceId: null, duration: null, settleWithin: null };
  const base = asked(id, options, `consume ${points}`);
  return {
    ...base,
    type: 'ConsumePoints',
    sourceType: 'script',
    points,
    consumptionId: id,
    ...own,
  };
}

export function refund(id: string, consumptionId: string, options: Asked = {}): LedgerCommand {
  const base = asked(id, options, `refund ${consumptionId}`);
  return { ...base, type: 'RefundPoints', consumptionId, points: null, reason: null };
}

export function expire(id: string, options: Asked = {}): LedgerCommand {
  return { ...asked(id, options, 'expire'), type: 'ExpirePoints' };
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
export const sealing = (store: SnapshotStore): SealedSnapshots => new SealedSnapshots(store, KEYS);

/** Faults for the appends to come, one each; then nothing goes wrong any more. */
export function faults(...planned: (MemoryFault | 'none')[]): () => MemoryFault | undefined {
  return () => {
    const next = planned.shift();
    return next === 'none' ? undefined : next;
  };
}

export interface Setting extends Partial<DeskParts> {
  readonly log?: MemoryLog;
  readonly faultOf?: (call: AppendCall) => MemoryFault | undefined;
  readonly readFaultOf?: () => Error | undefined;
}

export interface Noted {
  readonly kind: keyof DeskObserver;
  readonly what: unknown[];
}

/** A desk of its own store on a log that others may share, everything it reports, every append it tried. */
export function openDesk(setting: Setting = {}) {
  const { log = new MemoryLog(), faultOf, readFaultOf, ...parts } = setting;
  const appends: AppendCall[] = [];
  const store = new MemoryEventStore({
    log,
    faultOf: (call) => {
      appends.push(call);
      return faultOf?.(call);
    },
    ...(readFaultOf && { readFaultOf }),
  });
  const notes: Noted[] = [];
  const note =
    (kind: keyof DeskObserver) =>
    (...what: unknown[]): void => {
      notes.push({ kind, what });
    };
  const observer: DeskObserver = {
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
  const desk = new AccountDesk({ store, policy: DEFAULT_POLICY, observer, ...parts });
  const noted = (kind: keyof DeskObserver): unknown[][] =>
    notes.filter((each) => each.kind === kind).map((each) => each.what);
  return { desk, store, log, appends, noted };
}

export function run(desk: AccountDesk, ...commands: LedgerCommand[]): Promise<Answered[]> {
  return Promise.all(commands.map((command) => desk.run(command, ORIGIN)));
}

export function storedIn(log: MemoryLog, userId: string = USER): RecordedEvent[] {
  const stream = streamOf(userId);
  return log.placesOf(stream).map((place, revision) => {
    const logged = log.at(place);
    if (logged === undefined || 'code' in logged) throw new Error(`no event at ${place}`);
    const position = `memory:${String(place + 1).padStart(16, '0')}` as RecordedEvent['position'];
    return { ...logged.event, stream, revision, position };
  });
}

export const eventsIn = (log: MemoryLog, userId: string = USER): LedgerEvent[] =>
  storedIn(log, userId).map((stored) => fromStored(stored).event);

export const accountIn = (log: MemoryLog, userId: string = USER): Account =>
  replay(eventsIn(log, userId), DEFAULT_POLICY);

/** The chain of the account is whole, and no command has left its events in two places. */
export function expectSound(log: MemoryLog, userId: string = USER): void {
  let hash = CHAIN_START;
  const finished = new Set<string>();
  let current = '';
  for (const stored of storedIn(log, userId)) {
    hash = chainHash(hash, stored);
    expect(Buffer.from(stored.hash)).toEqual(Buffer.from(hash));
    const { commandId } = fromStored(stored).event;
    if (commandId === current) continue;
    expect(finished).not.toContain(commandId);
    finished.add((current = commandId));
  }
  accountIn(log, userId);
}

/** What was answered is what is stored: its last event stands at that revision, with that balance. */
export function expectBorneOut(log: MemoryLog, command: LedgerCommand, { answer }: Answered): void {
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
