import type { Position } from '#event-store';
import { bytesOfHex, bytesOfUuid, type ByteString } from './byte-strings.js';

/** An event as it is stored, to the byte. */
export interface StoredEvent {
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly idBytes: ByteString;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
  /** In hex. */
  readonly hash: string;
  readonly hashBytes: ByteString;
  /** Whether it stands behind that one in its store. */
  isAfter(other: StoredEvent): boolean;
}

type StoredEventTexts = Omit<StoredEvent, 'idBytes' | 'hashBytes' | 'isAfter'>;

/** Of what a store or a file gives as texts. */
export const toStoredEvent = (texts: StoredEventTexts): StoredEvent => ({
  ...texts,
  idBytes: bytesOfUuid(texts.id),
  hashBytes: bytesOfHex(texts.hash),
  isAfter: ({ position }) => texts.position > position,
});

/** What the pass by position looks at. */
export interface EventHeader {
  readonly position: Position;
  readonly type: string;
  readonly hash: string;
  /** null: the store does not need it told, it finds accounts by itself. */
  readonly stream: string | null;
}

/** The newest event of an account. */
export interface AccountHead {
  readonly stream: string;
  readonly revision: number;
  readonly hash: string;
}

/** A part of the accounts: a range of stream names (`to` exclusive; null: to the end), or a sorted list. */
export type AccountPartition =
  | { readonly kind: 'range'; readonly from: string; readonly to: string | null }
  | { readonly kind: 'list'; readonly streams: readonly string[] };

export interface StoreEnd {
  /** Where the store says that it ends; null: it says nothing. */
  readonly head: Position | null;
  /** Its last event. */
  readonly last: Position | null;
}

/** What somebody has done to an account's stream by the store's own means. */
export interface StreamDamage {
  readonly kind: 'stream-deleted' | 'stream-truncated' | 'unreadable';
  readonly stream: string;
  /** null: it is not at one place. */
  readonly position: Position | null;
  readonly revision: number | null;
  readonly detail: string;
}

/** Told of a damaged stream, so that all others are still read; without it, reading ends there. */
export type OnDamage = (damage: StreamDamage) => void;

/** Reads a store for an auditor: changes nothing in it, asks for no schema to be brought up to date. */
export interface EventSource {
  readonly kind: 'postgres' | 'eventstoredb';
  end(): Promise<StoreEnd>;
  /** Spans of positions that can be looked at side by side, in order. */
  spans(last: Position): readonly Span[];
  /** By position. A span is given whole, in as many pages as need be. */
  headers(span: Span, onDamage?: OnDamage): AsyncIterable<readonly EventHeader[]>;
  /**
   * Whether a span that is counted holds each of its positions once and only events of these types,
   * without giving them: where it does not, `marks` shows what is wrong. Only some stores can tell.
   */
  isComplete?(span: Span, types: ReadonlySet<string>): Promise<boolean>;
  /** Parts of all accounts, in order of stream; null: the store has to be told which there are. */
  partitions(): readonly AccountPartition[] | null;
  /** By stream and revision, up to that position. */
  accountEvents(
    part: AccountPartition,
    upTo: Position,
    onDamage?: OnDamage,
  ): AsyncIterable<readonly StoredEvent[]>;
  /** One stream in order of revision, up to that position (null: all there is). */
  streamEvents(streamEvents: string, upTo: Position | null): AsyncIterable<readonly StoredEvent[]>;
  /** Everything in order of position, up to that one. */
  allEvents(upTo: Position, onDamage?: OnDamage): AsyncIterable<readonly StoredEvent[]>;
  /** The newest event of every account as it was at that position, in order of stream. */
  accountHeads(upTo: Position): AsyncIterable<readonly AccountHead[]>;
  close(): Promise<void>;
}

export interface Span {
  /** Exclusive. */
  readonly after: Position | null;
  /** Inclusive. */
  readonly upTo: Position;
  /** How many events it must hold; null: the store does not count its positions. */
  readonly events: number | null;
}
