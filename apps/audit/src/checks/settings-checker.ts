import { hash } from 'node:crypto';
import {
  UnreadableEvent,
  parseSettings,
  serializeSettings,
  settingsFaults,
  type PublishedSettings,
} from '#ledger';
import type { StoredEvent } from '../store/event-source.js';
import { deriveSettingsId } from './derived-id.js';
import type { ReadVersion } from './known-settings.js';
import { StreamChecker, reportAt, type Report } from './stream-checker.js';

type StoredSettings = ReturnType<typeof parseSettings>;

export type NewestVersion = Pick<ReadVersion, 'version' | 'from' | 'rules'>;

/**
 * Checks the settings from their first version on: revisions, hash chain and ids as of any stream, and
 * that each version could be published behind the one before it, when it was. A version of rules that
 * this program does not know is as good as any other, as far as it can be read.
 */
export class SettingsChecker {
  readonly #order: StreamChecker;
  /** null: there is none, or it can't be judged. */
  #before: PublishedSettings | null = null;
  #newest: NewestVersion | null = null;

  constructor(
    readonly stream: string,
    private readonly report: Report,
  ) {
    this.#order = new StreamChecker(stream, report, () => (this.#before = null));
  }

  get newest(): NewestVersion | null {
    return this.#newest;
  }

  check(stored: StoredEvent): void {
    this.#order.check(stored);
    this.#checkId(stored);
    const parsed = this.#parse(stored);
    if (parsed === null) {
      this.#before = null;
      return;
    }
    const { version, from, rules } = parsed.kind === 'known' ? parsed.settings : parsed;
    if (version !== stored.revision + 1) this.#broken(stored, `it says it is version ${version}`);
    if (parsed.kind === 'known') this.#checkText(stored, parsed);
    const settings = parsed.kind === 'known' ? parsed.settings : null;
    const before = this.#before;
    if (settings !== null && (before !== null || stored.revision === 0)) {
      this.#checkPublication(stored, settings, before);
    } else {
      this.#checkFrom(stored, from);
    }
    this.#before = settings;
    this.#newest = { version, from, rules };
  }

  /** Every event was checked as it came. */
  finish(): void {
    this.#before = null;
  }

  #checkId(stored: StoredEvent): void {
    const id = deriveSettingsId(stored.revision, hash('sha256', stored.data, 'hex'));
    if (stored.id !== id) reportAt(this.report, 'id-not-derived', stored, `it should be ${id}`);
  }

  /** What no reader of the version sees could stand in it, too. */
  #checkText(
    stored: StoredEvent,
    { settings, origin }: Extract<StoredSettings, { readonly kind: 'known' }>,
  ): void {
    const written = serializeSettings(settings, origin);
    for (const field of ['data', 'meta'] as const) {
      if (stored[field] === written[field]) continue;
      this.#broken(stored, `its ${field} is not written as the ledger writes it`);
    }
  }

  #checkPublication(
    stored: StoredEvent,
    settings: PublishedSettings,
    before: PublishedSettings | null,
  ): void {
    const { from, at, by, note, rules, policy, businesses, notices } = settings;
    const draft = { from, by, note, rules, policy, businesses, notices };
    for (const { field, reason } of settingsFaults(draft, { before, at })) {
      this.#broken(stored, `${field} ${reason}`);
    }
  }

  /** Of a version that this program does not know, or that stands behind such a one, or behind a gap. */
  #checkFrom(stored: StoredEvent, from: string): void {
    const newest = this.#newest;
    if (newest === null || from > newest.from) return;
    this.#broken(
      stored,
      `it is in force from ${from} on, version ${newest.version} from ${newest.from}`,
    );
  }

  #parse(stored: StoredEvent): StoredSettings | null {
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
