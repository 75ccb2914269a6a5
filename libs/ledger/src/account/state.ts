import type { OnTimeout } from './commands.js';
import type { Draw } from './events.js';
import type { FrozenPrice } from '../settings/business.js';
import { REMEMBER_EVERYTHING, type AccountPolicy, type Overrun } from '../settings/policy.js';
import { SortedList } from '../support/sorted-list.js';
import { OverlayMap, type MutableMap } from '../support/overlay-map.js';

/** The unchanging part of a batch; the points left in it are in `AccountState.remaining`. */
export interface Batch {
  readonly id: number;
  /** Rank by arrival in the account, from 0. */
  readonly cameIn: number;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly isGrace: boolean;
}

export interface Consumption {
  /** Revision of the event that began it, by which other events refer to it; negative: by an opening. */
  readonly of: number;
  readonly consumptionId: string;
  readonly sourceType: string;
  readonly sourceId: string | null;
  readonly label: string;
  readonly estimated: number;
  /** The draws that have not been refunded, in the order in which they were made. */
  readonly draws: readonly Draw[];
  readonly settleBy: string | null;
  /** `timed_out` means refunded in full, while a late settlement is still possible. */
  readonly phase: 'open' | 'timed_out' | 'closed';
  /** When it last closed or timed out; 0 while it is open. */
  readonly closedAtMs: number;
  /** Rank among everything in the account that closed or timed out; 0 while it is open. */
  readonly closing: number;
  /** What an extension or a settlement has to know; null: none can come any more. */
  readonly hold: Hold | null;
}

/** The terms of a pre-deduction that was not settled yet. */
export interface Hold {
  readonly begunAtMs: number;
  /** The price that was frozen when it began. */
  readonly price: FrozenPrice | null;
  /** The quantity that was estimated. */
  readonly quantity: number | null;
  /** null: the policy says when it is settled. */
  readonly overrun: Overrun | null;
  readonly onTimeout: OnTimeout;
}

/** What an account owes for one consumption or recharge. */
export interface Debt {
  /** Revision of the consumption or of the recharge. */
  readonly of: number;
  /** One of both is null. */
  readonly consumptionId: string | null;
  readonly rechargeId: string | null;
  readonly sourceType: string | null;
  readonly sourceId: string | null;
  readonly label: string | null;
  readonly points: number;
  /** Of a late settlement that charged nothing; the first row that pays it carries the duration. */
  readonly duration: number | null;
}

/** A recharge, and what its reversals did. */
export interface Recharge {
  /** Revision of its event. */
  readonly of: number;
  readonly rechargeId: string;
  readonly batchId: number;
  readonly sourceId: string | null;
  readonly points: number;
  /** Rank by arrival among the recharges of the account, from 0. */
  readonly arrival: number;
  /** Points that expired out of its batch. */
  readonly expired: number;
  /** What its reversals took, and what was collected for its debt, that has not come back. */
  readonly taken: readonly Draw[];
  /** What was reversed and is neither taken nor owed. */
  readonly uncollected: number;
}

/** Of an account that was taken over from another service. */
export interface TakeOver {
  readonly importId: string;
  /** It is served here only while it is opened. */
  readonly phase: 'imported' | 'opened' | 'handed_back';
  /** null: it is not opened yet. */
  readonly openedAt: string | null;
  /** The greatest id of its legacy rows; null: it has none. */
  readonly throughId: string | null;
}

/** Everything that a rule looks at once it is known that the command is a new one. */
export interface AccountState {
  revision: number;
  at: string;
  /** `at` in milliseconds. */
  atMs: number;
  balance: number;
  /** Points in open pre-deductions. */
  held: number;
  batches: MutableMap<number, Batch>;
  /** Points left in each batch. A batch without points left has no entry. */
  remaining: MutableMap<number, number>;
  /** The batches with points left, in the order in which they will be drawn. */
  drawOrder: SortedList<Batch>;
  /** The batches with points left that expire, in the order in which they will. */
  expiryOrder: SortedList<Batch>;
  /** The grace batch of each midnight at which one expires. */
  graceBatches: MutableMap<string, number>;
  batchesSeen: number;
  /** The number of batches with points left, not counting grace batches. */
  batchesInUse: number;
  /** By consumption id. An id can be used again only after its earlier consumption was evicted. */
  consumptions: MutableMap<string, Consumption>;
  /**
   * Open pre-deductions in the order in which they will time out, each as it began or as it was last
   * extended: what else changes an open one closes it in the same append.
   */
  openOrder: SortedList<Consumption>;
  openDraws: number;
  closings: number;
  /** What the last event closed, until the window of closed consumptions took it in. */
  justClosed: Consumption | null;
  /** The sum of the debts. */
  owed: number;
  /** In the order in which they arose. */
  debts: readonly Debt[];
  /** Whether recharges are remembered at all. */
  tracksRecharges: boolean;
  /** By batch. */
  recharges: MutableMap<number, Recharge>;
  /** The batches of the recharges of an id, newest last. */
  rechargeIds: MutableMap<string, readonly number[]>;
  rechargesSeen: number;
  /** null: the account began here. */
  takeOver: TakeOver | null;
}

/** Where the events of an answered command begin. The answer itself is read back from them. */
export interface AnsweredCommand {
  readonly commandId: string;
  readonly revision: number;
  readonly atMs: number;
  readonly receivedAt: string;
}

/** Everything `decide` needs to know about one user, bounded by the policy, and nothing more. */
export interface Account extends AccountState {
  batches: Map<number, Batch>;
  remaining: Map<number, number>;
  graceBatches: Map<string, number>;
  consumptions: Map<string, Consumption>;
  recharges: Map<number, Recharge>;
  rechargeIds: Map<string, readonly number[]>;
  policy: AccountPolicy;
  answered: Map<string, AnsweredCommand>;
  /** The same commands, oldest first. Those before `answeredFrom` are evicted. */
  answeredQueue: AnsweredCommand[];
  answeredFrom: number;
  /** The latest `receivedAt` of all evicted commands; empty while none was evicted. */
  forgottenUntil: string;
  /** Consumptions in the order in which they closed or timed out. Those before `closedFrom` are evicted. */
  closedQueue: Consumption[];
  closedFrom: number;
  /** Spent batches that nothing refers to are evicted when there are this many batches. */
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

export function emptyAccount(policy: AccountPolicy = REMEMBER_EVERYTHING): Account {
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
    justClosed: null,
    owed: 0,
    debts: [],
    tracksRecharges: policy.rechargesMax !== undefined,
    recharges: new Map(),
    rechargeIds: new Map(),
    rechargesSeen: 0,
    takeOver: null,
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

/**
 * A private copy that can be changed. It costs what is open or has points left in the account, not
 * what the windows hold.
 */
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
    justClosed: state.justClosed,
    owed: state.owed,
    debts: state.debts,
    tracksRecharges: state.tracksRecharges,
    recharges: new OverlayMap(state.recharges),
    rechargeIds: new OverlayMap(state.rechargeIds),
    rechargesSeen: state.rechargesSeen,
    takeOver: state.takeOver,
  };
}
