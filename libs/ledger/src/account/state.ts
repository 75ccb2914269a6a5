import type { SourceType } from './businesses.js';
import type { Draw } from './events.js';
import { REMEMBER_EVERYTHING, type Policy } from './policy.js';
import { SortedList } from '../support/sorted-list.js';
import { OverlayMap, type MutableMap } from '../support/overlay-map.js';

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
export interface AccountState {
  revision: number;
  at: string;
  /** `at` in milliseconds. */
  atMs: number;
  balance: number;
  /** Points in open pre-deductions. */
  held: number;
  batches: MutableMap<number, Batch>;
  /** Points left; a batch that has none is not in it. */
  remaining: MutableMap<number, number>;
  /** The batches with points left: as they will be drawn … */
  drawOrder: SortedList<Batch>;
  /** … and, of those that expire, as they will. */
  expiryOrder: SortedList<Batch>;
  /** Grace batches by the midnight at which they expire. */
  graceBatches: MutableMap<string, number>;
  batchesSeen: number;
  /** Batches with points left, grace batches not counted. */
  batchesInUse: number;
  /** By id: an id is used again only once nothing can name the consumption that had it before. */
  consumptions: MutableMap<string, Consumption>;
  /**
   * Open pre-deductions as they will time out, each as it began: only a settlement changes one that
   * is open, and closes it in the same append.
   */
  openOrder: SortedList<Consumption>;
  openDraws: number;
  closings: number;
}

/** A command that was answered, and where: the answer itself is read back from the events. */
export interface AnsweredCommand {
  readonly commandId: string;
  readonly revision: number;
  readonly atMs: number;
  readonly receivedAt: string;
}

/** Everything `decide` needs to know of one user, and nothing a screen wants. Bounded by its policy. */
export interface Account extends AccountState {
  batches: Map<number, Batch>;
  remaining: Map<number, number>;
  graceBatches: Map<string, number>;
  consumptions: Map<string, Consumption>;
  policy: Policy;
  answered: Map<string, AnsweredCommand>;
  /** The same in order, oldest first; what stands before `answeredFrom` is forgotten. */
  answeredQueue: AnsweredCommand[];
  answeredFrom: number;
  /** Newest `receivedAt` of all forgotten commands; empty: none is forgotten. */
  forgottenUntil: string;
  /** What closed or timed out, in that order; what stands before `closedFrom` is forgotten. */
  closedQueue: Consumption[];
  closedFrom: number;
  /** Spent batches that nothing remembers are swept out when there are this many. */
  evictBatchesAt: number;
}

const NEVER_EXPIRES = '9999-12-31T23:59:59.999Z~';
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const compareDrawOrder = (a: Batch, b: Batch): number =>
  a.priority - b.priority ||
  compareText(a.expiresAt ?? NEVER_EXPIRES, b.expiresAt ?? NEVER_EXPIRES) ||
  a.cameIn - b.cameIn;

const compareExpiry = (a: Batch, b: Batch): number =>
  compareText(a.expiresAt ?? NEVER_EXPIRES, b.expiresAt ?? NEVER_EXPIRES) || a.cameIn - b.cameIn;

const compareTimeOut = (a: Consumption, b: Consumption): number =>
  compareText(a.settleBy ?? NEVER_EXPIRES, b.settleBy ?? NEVER_EXPIRES) || a.of - b.of;

export const EVICT_BATCHES_MIN = 256;

export function emptyAccount(policy: Policy = REMEMBER_EVERYTHING): Account {
  return {
    revision: -1,
    at: '',
    atMs: Number.NEGATIVE_INFINITY,
    balance: 0,
    held: 0,
    batches: new Map(),
    remaining: new Map(),
    drawOrder: new SortedList(compareDrawOrder),
    expiryOrder: new SortedList(compareExpiry),
    graceBatches: new Map(),
    batchesSeen: 0,
    batchesInUse: 0,
    consumptions: new Map(),
    openOrder: new SortedList(compareTimeOut),
    openDraws: 0,
    closings: 0,
    policy,
    answered: new Map(),
    answeredQueue: [],
    answeredFrom: 0,
    forgottenUntil: '',
    closedQueue: [],
    closedFrom: 0,
    evictBatchesAt: EVICT_BATCHES_MIN,
  };
}

/** A private copy to try things on. Costs what is live in the account, not what it remembers. */
export function forkState(state: AccountState): AccountState {
  return {
    revision: state.revision,
    at: state.at,
    atMs: state.atMs,
    balance: state.balance,
    held: state.held,
    batches: new OverlayMap(state.batches),
    remaining: new OverlayMap(state.remaining),
    drawOrder: state.drawOrder.copy(),
    expiryOrder: state.expiryOrder.copy(),
    graceBatches: new OverlayMap(state.graceBatches),
    batchesSeen: state.batchesSeen,
    batchesInUse: state.batchesInUse,
    consumptions: new OverlayMap(state.consumptions),
    openOrder: state.openOrder.copy(),
    openDraws: state.openDraws,
    closings: state.closings,
  };
}
