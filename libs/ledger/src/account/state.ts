import type { SourceType } from './businesses.js';
import type { Draw } from './events.js';
import { REMEMBER_EVERYTHING, type Policy } from './policy.js';
import { Sorted } from '../support/sorted-list.js';
import { Overlay, type Table } from '../support/overlay-map.js';

/** What a batch is for as long as it is known. What is left in it stands in `Books.remaining`. */
export interface Batch {
  readonly id: number;
  /** Rank by arrival within the account. */
  readonly cameIn: number;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly isGrace: boolean;
}

export interface Consumption {
  /** Revision of the event that began it. */
  readonly of: number;
  readonly consumptionId: string;
  readonly sourceType: SourceType;
  readonly sourceId: string | null;
  readonly estimated: number;
  /** What was drawn and has not come back, in the order it was drawn. */
  readonly draws: readonly Draw[];
  readonly settleBy: string | null;
  /** `timed_out`: refunded in full, and its settlement may still come. */
  readonly phase: 'open' | 'timed_out' | 'closed';
  /** When it last closed or timed out, and its rank among all that did; 0: it is open. */
  readonly closedAtMs: number;
  readonly closing: number;
}

/** The money: all that a rule looks at, once it is known that the command is a new one. */
export interface Books {
  revision: number;
  at: string;
  /** `at` in milliseconds. */
  atMs: number;
  balance: number;
  /** Points in open pre-deductions. */
  held: number;
  batches: Table<number, Batch>;
  /** Points left; a batch that has none is not in it. */
  remaining: Table<number, number>;
  /** The batches with points left: as they will be drawn … */
  drawOrder: Sorted<Batch>;
  /** … and, of those that expire, as they will. */
  expiryOrder: Sorted<Batch>;
  /** Grace batches by the midnight at which they expire. */
  graceBatches: Table<string, number>;
  batchesSeen: number;
  /** Batches with points left, grace batches not counted. */
  batchesInUse: number;
  /** By id: an id is used again only once nothing can name the consumption that had it before. */
  consumptions: Table<string, Consumption>;
  /**
   * Open pre-deductions as they will time out, each as it began: only a settlement changes one that
   * is open, and closes it in the same append.
   */
  openOrder: Sorted<Consumption>;
  openDraws: number;
  closings: number;
}

/** A command that was answered, and where: the answer itself is read back from the events. */
export interface Answered {
  readonly commandId: string;
  readonly revision: number;
  readonly atMs: number;
  readonly receivedAt: string;
}

/** Everything `decide` needs to know of one user, and nothing a screen wants. Bounded by its policy. */
export interface Account extends Books {
  batches: Map<number, Batch>;
  remaining: Map<number, number>;
  graceBatches: Map<string, number>;
  consumptions: Map<string, Consumption>;
  policy: Policy;
  answered: Map<string, Answered>;
  /** The same in order, oldest first; what stands before `answeredFrom` is forgotten. */
  answeredQueue: Answered[];
  answeredFrom: number;
  /** Newest `receivedAt` of all forgotten commands; empty: none is forgotten. */
  forgottenUntil: string;
  /** What closed or timed out, in that order; what stands before `closedFrom` is forgotten. */
  closedQueue: Consumption[];
  closedFrom: number;
  /** Spent batches that nothing remembers are swept out when there are this many. */
  sweepBatchesAt: number;
}

const NEVER = '9999-12-31T23:59:59.999Z~';
const inText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byDraw = (a: Batch, b: Batch): number =>
  a.priority - b.priority ||
  inText(a.expiresAt ?? NEVER, b.expiresAt ?? NEVER) ||
  a.cameIn - b.cameIn;

const byExpiry = (a: Batch, b: Batch): number =>
  inText(a.expiresAt ?? NEVER, b.expiresAt ?? NEVER) || a.cameIn - b.cameIn;

const byTimeOut = (a: Consumption, b: Consumption): number =>
  inText(a.settleBy ?? NEVER, b.settleBy ?? NEVER) || a.of - b.of;

export const SWEEP_BATCHES_MIN = 256;

export function emptyAccount(policy: Policy = REMEMBER_EVERYTHING): Account {
  return {
    revision: -1,
    at: '',
    atMs: Number.NEGATIVE_INFINITY,
    balance: 0,
    held: 0,
    batches: new Map(),
    remaining: new Map(),
    drawOrder: new Sorted(byDraw),
    expiryOrder: new Sorted(byExpiry),
    graceBatches: new Map(),
    batchesSeen: 0,
    batchesInUse: 0,
    consumptions: new Map(),
    openOrder: new Sorted(byTimeOut),
    openDraws: 0,
    closings: 0,
    policy,
    answered: new Map(),
    answeredQueue: [],
    answeredFrom: 0,
    forgottenUntil: '',
    closedQueue: [],
    closedFrom: 0,
    sweepBatchesAt: SWEEP_BATCHES_MIN,
  };
}

/** A private copy to try things on. Costs what is live in the account, not what it remembers. */
export function forkBooks(books: Books): Books {
  return {
    revision: books.revision,
    at: books.at,
    atMs: books.atMs,
    balance: books.balance,
    held: books.held,
    batches: new Overlay(books.batches),
    remaining: new Overlay(books.remaining),
    drawOrder: books.drawOrder.copy(),
    expiryOrder: books.expiryOrder.copy(),
    graceBatches: new Overlay(books.graceBatches),
    batchesSeen: books.batchesSeen,
    batchesInUse: books.batchesInUse,
    consumptions: new Overlay(books.consumptions),
    openOrder: books.openOrder.copy(),
    openDraws: books.openDraws,
    closings: books.closings,
  };
}
