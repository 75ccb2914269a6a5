import type { Position } from '#event-store';

/** An event as it is stored, to the byte. */
export interface StoredEvent {
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
  /** In hex. */
  readonly hash: string;
}

/** What the pass by position looks at. */
export interface EventHeader {
  readonly position: Position;
  readonly type: string;
  readonly hash: string;
  /** null: the store lists its accounts itself, so the pass need not collect their names. */
  readonly stream: string | null;
}

/** The newest event of an account. */
export interface AccountHead {
  readonly stream: string;
  readonly revision: number;
  readonly hash: string;
}

/** Some of the accounts: a range of stream names (`to` exclusive; null: to the end) or a sorted list. */
export type AccountPartition =
  | { readonly kind: 'range'; readonly from: string; readonly to: string | null }
  | { readonly kind: 'list'; readonly streams: readonly string[] };

export interface StoreEnd {
  /** Where the store says that it ends; null: it is empty, or says nothing. */
  readonly head: Position | null;
  /** Its last event. */
  readonly last: Position | null;
}

/** What was done to an account's stream by the store's own means. */
export interface StreamDamage {
  readonly kind: 'stream-deleted' | 'stream-truncated' | 'unreadable';
  readonly stream: string;
  /** null: the damage is not at one place. */
  readonly position: Position | null;
  readonly revision: number | null;
  readonly detail: string;
}

/** Called with each damaged stream, while all others are read. Without it, reading stops with an error. */
export type OnDamage = (damage: StreamDamage) => void;

/** Reads a store for an auditor. It changes nothing in it and needs no migration to have been run. */
export interface EventSource {
  readonly kind: 'postgres' | 'eventstoredb';
  end(): Promise<StoreEnd>;
  /** Ranges of positions in order, which can be checked in parallel. */
  spans(last: Position): readonly Span[];
  /** By position. The whole span is given, in as many pages as it takes. */
  headers(span: Span, onDamage?: OnDamage): AsyncIterable<readonly EventHeader[]>;
  /**
   * Whether a counted span holds each of its positions once, with known types only. A store that can
   * tell without handing out the events has it; when the answer is no, `headers` shows what is wrong.
   */
  isComplete?(span: Span, types: ReadonlySet<string>): Promise<boolean>;
  /** Partitions of all accounts, in order of stream; null: the store can't list its accounts. */
  partitions(): readonly AccountPartition[] | null;
  /** By stream and revision, up to that position. */
  accountEvents(
    partition: AccountPartition,
    upTo: Position,
    onDamage?: OnDamage,
  ): AsyncIterable<readonly StoredEvent[]>;
  /** One stream in order of revision, up to that position (null: to its end). */
  streamEvents(stream: string, upTo: Position | null): AsyncIterable<readonly StoredEvent[]>;
  /** All events in order of position, up to that one. */
  allEvents(upTo: Position, onDamage?: OnDamage): AsyncIterable<readonly StoredEvent[]>;
  /** The newest event of every account as of that position, in order of stream. */
  accountHeads(upTo: Position): AsyncIterable<readonly AccountHead[]>;
  close(): Promise<void>;
}

export interface Span {
  /** Exclusive. */
  readonly after: Position | null;
  /** Inclusive. */
  readonly upTo: Position;
  /** How many events it must hold; null: the store does not number its events. */
  readonly events: number | null;
}
