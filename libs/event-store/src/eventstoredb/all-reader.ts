import {
  BACKWARDS,
  END,
  START,
  type ReadAllOptions,
  type ResolvedEvent,
} from '@eventstore/db-client';
import type { DamagedRecord, EventStore, Position, RecordedEvent } from '../port.js';
import { isDamaged } from '../damaged-record.js';
import { formatPosition, parsePosition, type LogPosition } from './esdb-position.js';
import { explainAccessDenied, READ_ALL_PERMISSION } from './missing-permission.js';
import { mayBeOfPosition } from './failure.js';
import { readEvents } from './read-events.js';
import type { Session } from './session.js';
import { readRecord } from './stored-event.js';

/** Bounds the events of others that one page skips, because the client filters only subscriptions. */
const FOREIGN_PER_PAGE_MAX = 1_000;
const HEAD_PAGE_MIN = 16;
const HEAD_PAGE_MAX = 4_096;

/** Reads `$all`, where our events lie between those of the server and of other programs. */
export class AllReader {
  constructor(private readonly session: Session) {}

  /** Reads after a position. The client's `readAll` begins with the event at the position itself. */
  async page(after: Position | null, limit: number): ReturnType<EventStore['readAll']> {
    const from = parsePosition(after);
    const scanMax = limit + FOREIGN_PER_PAGE_MAX;
    const events: RecordedEvent[] = [];
    const damaged: DamagedRecord[] = [];
    let next = after;
    let scanned = 0;
    for await (const resolved of this.#forwards(from, scanMax)) {
      scanned += 1;
      const position = positionOf(resolved);
      if (next !== null && position <= next) continue;
      if (this.#isOurs(resolved)) {
        if (events.length + damaged.length >= limit)
          return { events, damaged, next, atHead: false };
        const record = readRecord(resolved, this.session.names);
        if (isDamaged(record)) damaged.push(record);
        else events.push(record);
      }
      next = position;
    }
    return { events, damaged, next, atHead: scanned < scanMax };
  }

  /** The position of our newest event, however many events of others follow it. */
  async head(): Promise<Position | null> {
    let from: LogPosition | null = null;
    for (let size = HEAD_PAGE_MIN; ; size = Math.min(size * 4, HEAD_PAGE_MAX)) {
      let scanned = 0;
      for await (const resolved of this.#backwards(from, size)) {
        if (this.#isOurs(resolved)) return positionOf(resolved);
        scanned += 1;
        from = resolved.event?.position ?? from;
      }
      if (scanned < size) return null;
    }
  }

  /** The position of the last event on the leader, whichever program wrote it. */
  async end(): Promise<Position | null> {
    const last = { fromPosition: END, maxCount: 1, direction: BACKWARDS } as const;
    for await (const resolved of this.#read({ ...last, requiresLeader: true })) {
      return positionOf(resolved);
    }
    return null;
  }

  #forwards(from: LogPosition | null, maxCount: number) {
    return this.#read({ fromPosition: from ?? START, maxCount });
  }

  #backwards(from: LogPosition | null, maxCount: number) {
    return this.#read({ fromPosition: from ?? END, maxCount, direction: BACKWARDS });
  }

  /**
   * Whether the server can read from a position, which it can't where no record begins. Throws when
   * that can't be determined.
   */
  async canReadFrom(position: Position): Promise<boolean> {
    try {
      await this.page(position, 1);
      return true;
    } catch (error) {
      if (!mayBeOfPosition(error)) throw error;
    }
    // Reading from the beginning fails as well if the cause was something else.
    await this.page(null, 1);
    return false;
  }

  async *#read(options: ReadAllOptions): AsyncGenerator<ResolvedEvent, void, undefined> {
    const { credentials } = this.session;
    try {
      yield* readEvents(this.session, (client) => client.readAll({ ...options, credentials }));
    } catch (error) {
      throw explainAccessDenied(error, credentials.username, READ_ALL_PERMISSION);
    }
  }

  #isOurs({ event }: ResolvedEvent): boolean {
    return event !== undefined && this.session.names.isOurs(event.streamId);
  }
}

function positionOf({ event }: ResolvedEvent): Position {
  if (event?.position === undefined) throw new Error('an event of $all has no position');
  return formatPosition(event.position);
}
