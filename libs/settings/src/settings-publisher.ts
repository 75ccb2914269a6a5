import { isDeepStrictEqual } from 'node:util';
import { SYSTEM_CLOCK, type Clock } from '#async';
import type { EventStore } from '#event-store';
import {
  settingsFaults,
  type PublishedSettings,
  type SettingsDraft,
  type SettingsFault,
  type SettingsOrigin,
} from '#ledger';
import { appendVersion } from './append-version.js';
import { SettingsUnavailable } from './errors.js';
import { SILENT_OBSERVER, type SettingsObserver } from './settings-observer.js';
import type { SettingsReader } from './settings-reader.js';
import { VERSIONS_MAX, type LoggedVersion } from './version-log.js';

interface SettingsPublisherOptions {
  readonly store: EventStore;
  readonly reader: SettingsReader;
  readonly observer?: Partial<SettingsObserver>;
  readonly clock?: Clock;
}

interface Draft {
  /** The version that this will be; null: it is not told, which must be one of the faults. */
  readonly version: number | null;
  /** Everything that is published, and who does; it may be anything. */
  readonly draft: Readonly<Record<string, unknown>>;
  /** What is wrong with it besides what the rules say. */
  readonly faults?: readonly SettingsFault[];
  /** The same, where it depends on the version before. */
  readonly faultsBehind?: (before: PublishedSettings) => Promise<readonly SettingsFault[]>;
}

interface Publication extends Draft {
  readonly origin: SettingsOrigin;
}

type PublishResult =
  | {
      readonly kind: 'published';
      readonly settings: PublishedSettings;
      /** It was there before: the same was published already. */
      readonly isRepeated: boolean;
    }
  /** Another version of that number is there, or the one before it is missing. */
  | { readonly kind: 'conflict'; readonly newest: number }
  | { readonly kind: 'invalid'; readonly faults: readonly SettingsFault[] };

export type CheckResult = PublishResult | { readonly kind: 'valid' };

/** Publishes versions of the settings. Of two who publish the same number, one does. */
export class SettingsPublisher {
  readonly #store: EventStore;
  readonly #reader: SettingsReader;
  readonly #observer: SettingsObserver;
  readonly #clock: Clock;

  constructor({ store, reader, observer, clock = SYSTEM_CLOCK }: SettingsPublisherOptions) {
    this.#store = store;
    this.#reader = reader;
    this.#observer = { ...SILENT_OBSERVER, ...observer };
    this.#clock = clock;
  }

  /** What `publish` would answer now, without publishing. */
  async check(draft: Draft): Promise<CheckResult> {
    const examined = await this.#examine(draft);
    return examined.kind === 'valid' ? { kind: 'valid' } : examined;
  }

  /** Rejects with SettingsUnavailable. The same may be sent again: it is published once. */
  async publish(publication: Publication): Promise<PublishResult> {
    const examined = await this.#examine(publication);
    if (examined.kind !== 'valid') return examined;
    const { settings, hash } = examined;
    const writer = { store: this.#store, clock: this.#clock };
    if (await appendVersion(writer, settings, hash, publication.origin)) {
      this.#observer.published(settings);
      // The next command finds the version here; a failed read is retried by the next command that needs it.
      await this.#reader.refresh().catch(() => undefined);
      return { kind: 'published', settings, isRepeated: false };
    }
    await this.#reader.refresh();
    return this.#compare(publication);
  }

  async #examine(
    publication: Draft,
  ): Promise<
    | PublishResult
    | { readonly kind: 'valid'; readonly settings: PublishedSettings; readonly hash: Uint8Array }
  > {
    await this.#reader.refresh();
    const { versions } = this.#reader;
    const { draft, faults: ownFaults = [], faultsBehind } = publication;
    const { newest, size, hash } = versions;
    const version = size + 1;
    const isNext = publication.version === version;
    if (!isNext && ownFaults.length === 0) return this.#compare(publication);
    const before = newest === undefined ? null : requireKnown(newest);
    const at = new Date(await this.#store.timeOfDay()).toISOString();
    const faults = [...ownFaults];
    if ((isNext || publication.version === null) && before !== null && faultsBehind !== undefined) {
      faults.push(...(await faultsBehind(before)));
    }
    faults.push(...settingsFaults(draft, { before, at }));
    if (version > VERSIONS_MAX) {
      const reason = `must be at most ${VERSIONS_MAX}`;
      const details = { min: 1, max: VERSIONS_MAX };
      faults.push({ field: 'version', code: 'NotInRange', details, reason });
    }
    if (faults.length > 0) return { kind: 'invalid', faults };
    // It has passed, so it has all fields and no other.
    const settings = { version, at, ...(draft as unknown as SettingsDraft) };
    return { kind: 'valid', settings, hash };
  }

  /** Of a version that is there, or that can't come yet. */
  #compare({ version, draft }: Draft): PublishResult {
    const { versions } = this.#reader;
    const there = version === null ? undefined : versions.get(version);
    if (there?.kind === 'known') {
      const { settings } = there.inForce;
      const { at } = settings;
      if (isDeepStrictEqual({ ...draft, version, at }, { ...settings })) {
        return { kind: 'published', settings, isRepeated: true };
      }
    }
    return { kind: 'conflict', newest: versions.size };
  }
}

/** What follows a version of unknown rules can't be checked by this build. */
function requireKnown(version: LoggedVersion): PublishedSettings {
  if (version.kind === 'known') return version.inForce.settings;
  const { unknown } = version;
  throw new SettingsUnavailable(
    'unknown-rules',
    `Publish with a later build: version ${unknown.version} is of rules ${unknown.rules}, which this build does not know`,
    { cause: unknown },
  );
}
