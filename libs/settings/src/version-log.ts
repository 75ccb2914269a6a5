import type { RecordedEvent } from '#event-store';
import { CHAIN_START, chainHash } from '#identity';
import { SETTINGS_STREAM, parseSettings } from '#ledger';
import { SettingsDamaged, UnknownRules } from './errors.js';
import { lastBegun } from './last-begun.js';
import { toSettingsInForce, type SettingsInForce } from './settings-in-force.js';

/** No more versions are published: all of them are held in memory. */
export const VERSIONS_MAX = 4_000;

export type LoggedVersion =
  | { readonly kind: 'known'; readonly from: string; readonly inForce: SettingsInForce }
  | { readonly kind: 'unknown'; readonly from: string; readonly unknown: UnknownRules };

/** All versions of the settings, each verified as it was read. */
export class VersionLog {
  readonly #versions: LoggedVersion[] = [];
  #hash: Uint8Array = CHAIN_START;

  /** Versions are numbered from 1, so this is the newest too. */
  get size(): number {
    return this.#versions.length;
  }

  /** Hash of the newest event. */
  get hash(): Uint8Array {
    return this.#hash;
  }

  get newest(): LoggedVersion | undefined {
    return this.#versions.at(-1);
  }

  get(version: number): LoggedVersion | undefined {
    return this.#versions[version - 1];
  }

  /** Of the versions that have begun by then, the one that began last. */
  at(moment: string): LoggedVersion | undefined {
    return lastBegun(this.#versions, moment);
  }

  /** Adds the next event of the stream. Throws SettingsDamaged, and is unchanged then. */
  add(recorded: RecordedEvent): LoggedVersion {
    const revision = this.size;
    if (revision >= VERSIONS_MAX) throw damaged(revision, `more than ${VERSIONS_MAX} versions`);
    if (recorded.revision !== revision || recorded.stream !== SETTINGS_STREAM) {
      throw damaged(
        revision,
        `revision ${recorded.revision} of ${recorded.stream} is in its place`,
      );
    }
    const hash = chainHash(this.#hash, recorded);
    if (Buffer.compare(hash, recorded.hash) !== 0) {
      throw damaged(revision, 'its hash is not that of its content and of the event before it');
    }
    const version = versionOf(recorded);
    const before = this.newest;
    if (before !== undefined && version.from <= before.from) {
      throw damaged(revision, 'it is in force before the version before it');
    }
    this.#versions.push(version);
    this.#hash = hash;
    return version;
  }
}

function versionOf(recorded: RecordedEvent): LoggedVersion {
  const { revision } = recorded;
  const stored = parsed(recorded);
  const version = stored.kind === 'known' ? stored.settings.version : stored.version;
  if (version !== revision + 1) throw damaged(revision, `it says it is version ${version}`);
  if (stored.kind === 'known') {
    const { settings } = stored;
    return { kind: 'known', from: settings.from, inForce: toSettingsInForce(settings) };
  }
  const { from, rules } = stored;
  return { kind: 'unknown', from, unknown: new UnknownRules(version, from, rules) };
}

function parsed(recorded: RecordedEvent): ReturnType<typeof parseSettings> {
  try {
    return parseSettings(recorded);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw damaged(recorded.revision, reason, { cause });
  }
}

const damaged = (revision: number, reason: string, options?: ErrorOptions): SettingsDamaged =>
  new SettingsDamaged(revision, reason, options);
