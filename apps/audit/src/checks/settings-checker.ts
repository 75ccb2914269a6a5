import {
  BEGINNING_OF_TIME,
  PUBLISHED_AHEAD_SECONDS,
  UnreadableEvent,
  epochMs,
  parseSettings,
  type PublishedSettings,
} from '#ledger';
import type { StoredEvent } from '../store/event-source.js';
import { StreamChecker, reportAt, type Report } from './stream-checker.js';

/**
 * Checks the settings from their first version on: revisions and hash chain as of any stream, and that
 * each version was published in time. A version of rules that this program does not know is as good as
 * any other, as far as it can be read.
 */
export class SettingsChecker {
  /** Settings are decided under no policy. */
  readonly unknownPolicies: ReadonlyMap<string, number> = new Map();
  readonly #order: StreamChecker;
  #from: string | null = null;

  constructor(
    readonly stream: string,
    private readonly report: Report,
  ) {
    this.#order = new StreamChecker(stream, report, () => (this.#from = null));
  }

  check(stored: StoredEvent): void {
    this.#order.check(stored);
    const parsed = this.#parse(stored);
    if (parsed === null) return;
    const { version, from } = parsed.kind === 'known' ? parsed.settings : parsed;
    if (version !== stored.revision + 1) this.#broken(stored, `it says it is version ${version}`);
    if (version === 1 && from !== BEGINNING_OF_TIME) {
      this.#broken(stored, `version 1 is in force from ${from} on, and not from the beginning`);
    }
    if (this.#from !== null && from <= this.#from) {
      this.#broken(stored, `it is in force from ${from} on, the version before from ${this.#from}`);
    }
    if (parsed.kind === 'known' && version > 1) this.#checkAhead(stored, parsed.settings);
    this.#from = from;
  }

  /** Every event was checked as it came. */
  finish(): void {
    this.#from = null;
  }

  #checkAhead(stored: StoredEvent, { at, from }: PublishedSettings): void {
    if (epochMs(from) - epochMs(at) >= PUBLISHED_AHEAD_SECONDS * 1_000) return;
    this.#broken(stored, `published at ${at}, it is in force from ${from} on: too early`);
  }

  #parse(stored: StoredEvent): ReturnType<typeof parseSettings> | null {
    try {
      return parseSettings(stored);
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      reportAt(this.report, 'unreadable', stored, error.message);
      return null;
    }
  }

  #broken(stored: StoredEvent, detail: string): void {
    reportAt(this.report, 'rule-broken', stored, detail);
  }
}
