import type { RecordedEvent } from '#event-store';
import { CHAIN_START, chainHash } from '#identity';
import {
  TAKE_OVER_STREAM,
  isTakeOverOn,
  parseTakeOver,
  periodsAfter,
  type TakeOverPeriod,
} from '#ledger';
import { SettingsDamaged } from './errors.js';

/** The take-overs of a ledger, each event verified as it was read. */
export class TakeOverLog {
  #periods: readonly TakeOverPeriod[] = [];
  #size = 0;
  #hash: Uint8Array = CHAIN_START;

  get size(): number {
    return this.#size;
  }

  /** Hash of the newest event. */
  get hash(): Uint8Array {
    return this.#hash;
  }

  get periods(): readonly TakeOverPeriod[] {
    return this.#periods;
  }

  isOn(moment: string): boolean {
    return this.#periods.length > 0 && isTakeOverOn(this.#periods, moment);
  }

  /** Adds the next event of the stream. Throws SettingsDamaged, and is unchanged then. */
  add(recorded: RecordedEvent): void {
    const revision = this.#size;
    if (recorded.revision !== revision || recorded.stream !== TAKE_OVER_STREAM) {
      throw damaged(
        revision,
        `revision ${recorded.revision} of ${recorded.stream} is in its place`,
      );
    }
    const hash = chainHash(this.#hash, recorded);
    if (Buffer.compare(hash, recorded.hash) !== 0) {
      throw damaged(revision, 'its hash is not that of its content and of the event before it');
    }
    const periods = periodsAfter(this.#periods, eventOf(recorded));
    if (typeof periods === 'string') throw damaged(revision, periods);
    this.#periods = periods;
    this.#size += 1;
    this.#hash = hash;
  }
}

function eventOf(recorded: RecordedEvent): ReturnType<typeof parseTakeOver> {
  try {
    return parseTakeOver(recorded);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw damaged(recorded.revision, reason, { cause });
  }
}

const damaged = (revision: number, reason: string, options?: ErrorOptions): SettingsDamaged =>
  new SettingsDamaged(revision, reason, { ...options, stream: TAKE_OVER_STREAM });
