import { hash } from 'node:crypto';
import {
  UnreadableEvent,
  parseTakeOver,
  periodsAfter,
  serializeTakeOver,
  type SettingsOrigin,
  type TakeOverEvent,
  type TakeOverPeriod,
} from '#ledger';
import type { StoredEvent } from '../store/event-source.js';
import { deriveTakeOverId } from './derived-id.js';
import { StreamChecker, reportAt, type Report } from './stream-checker.js';

/**
 * Checks the stream of take-overs: revisions, hash chain and ids as of any stream, and that each event
 * could follow the one before it.
 */
export class TakeOverChecker {
  readonly #order: StreamChecker;
  /** null: an event is missing or can't be read, so that no later one can be judged. */
  #periods: readonly TakeOverPeriod[] | null = [];

  constructor(
    readonly stream: string,
    private readonly report: Report,
  ) {
    this.#order = new StreamChecker(stream, report, () => (this.#periods = null));
  }

  check(stored: StoredEvent): void {
    this.#order.check(stored);
    const id = deriveTakeOverId(stored.revision, hash('sha256', stored.data, 'hex'));
    if (stored.id !== id) reportAt(this.report, 'id-not-derived', stored, `it should be ${id}`);
    const event = this.#parse(stored);
    if (event === null) {
      this.#periods = null;
      return;
    }
    this.#checkText(stored, event);
    if (this.#periods === null) return;
    const periods = periodsAfter(this.#periods, event);
    if (typeof periods !== 'string') this.#periods = periods;
    else reportAt(this.report, 'rule-broken', stored, periods);
  }

  /** Every event was checked as it came. */
  finish(): void {
    this.#periods = null;
  }

  /** What no reader sees could stand in it, too. */
  #checkText(stored: StoredEvent, event: TakeOverEvent): void {
    const { correlation, traceparent } = JSON.parse(stored.meta) as SettingsOrigin;
    const origin = { correlation, ...(traceparent !== undefined && { traceparent }) };
    const written = serializeTakeOver(event, origin);
    for (const field of ['data', 'meta'] as const) {
      if (stored[field] === written[field]) continue;
      const detail = `its ${field} is not written as the ledger writes it`;
      reportAt(this.report, 'rule-broken', stored, detail);
    }
  }

  #parse(stored: StoredEvent): TakeOverEvent | null {
    try {
      return parseTakeOver(stored);
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      reportAt(this.report, 'unreadable', stored, error.message);
      return null;
    }
  }
}
