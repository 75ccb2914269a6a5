import { SYSTEM_CLOCK, runPeriodically, withTimeout, type Clock, type PeriodicRun } from '#async';
import type { EventStore } from '#event-store';
import {
  SETTINGS_STREAM,
  TAKE_OVER_STREAM,
  epochMs,
  firstSettings,
  type Business,
  type Policy,
} from '#ledger';
import { appendVersion } from './append-version.js';
import { SettingsDamaged, SettingsUnavailable } from './errors.js';
import type { SettingsInForce, SettingsSource } from './settings-in-force.js';
import { SILENT_OBSERVER, type SettingsObserver } from './settings-observer.js';
import { TakeOverLog } from './take-over-log.js';
import { VersionLog, type LoggedVersion } from './version-log.js';

/**
 * A command is decided by a reading when it is dated at most so long after the moment at which the
 * reading began. A version is published 6 minutes before it is in force, so all processes know it by
 * then; the difference of 15 s is for clocks that differ, and for what an append takes.
 */
const READING_HOLDS_MS = 345_000;

/**
 * A broker may date a command 5 minutes ahead, so a reading that is younger than 45 s holds for every
 * command that is let in.
 */
const READ_EVERY_MS = 15_000;
const READ_MS_MAX = 5_000;
const FIRST_PUBLISHER = 'points-ledger';

interface SettingsReaderOptions {
  readonly store: EventStore;
  /** Changes to the default policy, for the first version. Later they are compared only. */
  readonly policyChanges?: Partial<Policy>;
  /** Instead of the five, for the first version of a ledger that has no accounts yet. */
  readonly firstBusinesses?: readonly Business[] | undefined;
  readonly observer?: Partial<SettingsObserver>;
  readonly clock?: Clock;
}

/** When a reading began, by both clocks of the process: the time of day may be set. */
interface Reading {
  readonly atMs: number;
  readonly nowMs: number;
}

/** Holds the settings of a ledger for a process, and publishes their first version where there is none. */
export class SettingsReader implements SettingsSource {
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #observer: SettingsObserver;
  readonly #policyChanges: Partial<Policy>;
  readonly #firstBusinesses: readonly Business[] | undefined;
  readonly #log = new VersionLog();
  readonly #takeOvers = new TakeOverLog();
  #reading: Reading | null = null;
  #pending: Promise<void> | null = null;
  #readsAhead: PeriodicRun | null = null;
  #reportedDamage: number | null = null;
  #comparedVersion = 0;

  constructor({
    store,
    policyChanges = {},
    firstBusinesses,
    observer,
    clock = SYSTEM_CLOCK,
  }: SettingsReaderOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#observer = { ...SILENT_OBSERVER, ...observer };
    this.#policyChanges = policyChanges;
    this.#firstBusinesses = firstBusinesses;
  }

  /** Every version that was read. */
  get versions(): Pick<VersionLog, 'size' | 'hash' | 'newest' | 'get' | 'at'> {
    return this.#log;
  }

  /** Reads now and again and again, so that hardly any command has to wait for a read. */
  start(): void {
    this.#readsAhead ??= runPeriodically(
      () => this.#shareRead().catch(() => undefined), // reported, and what needs it reads by itself
      READ_EVERY_MS,
      this.#clock,
    );
  }

  async stop(): Promise<void> {
    await this.#readsAhead?.stop();
    await this.#pending?.catch(() => undefined);
  }

  peek(at: string): SettingsInForce | null {
    return this.#holdsFor(at) ? decidable(this.#log.at(at)) : null;
  }

  isTakeOverOn(at: string): boolean {
    return this.#takeOvers.isOn(at);
  }

  async inForceAt(at: string): Promise<SettingsInForce> {
    const known = this.peek(at);
    if (known !== null) return known;
    // The read that others wait for may have begun too early.
    if (this.#pending !== null) await this.#pending;
    if (!this.#holdsFor(at)) await this.#shareRead();
    const found = this.peek(at);
    if (found !== null) return found;
    throw new SettingsUnavailable(
      'too-far-ahead',
      `The settings at ${at} are not known yet: that is too far ahead of the clock of this process`,
    );
  }

  /** Reads what was published until now. Rejects with SettingsUnavailable. */
  async refresh(): Promise<void> {
    if (this.#pending !== null) await this.#pending.catch(() => undefined);
    await this.#shareRead();
  }

  #holdsFor(at: string): boolean {
    if (this.#reading === null) return false;
    const { atMs, nowMs } = this.#reading;
    const ageMs = this.#clock.now() - nowMs;
    return epochMs(at) <= atMs + READING_HOLDS_MS && ageMs <= READING_HOLDS_MS;
  }

  /** One read for all who wait. */
  #shareRead(): Promise<void> {
    this.#pending ??= this.#readOnce().finally(() => (this.#pending = null));
    return this.#pending;
  }

  async #readOnce(): Promise<void> {
    const reading = { atMs: this.#clock.timeOfDay(), nowMs: this.#clock.now() };
    try {
      await withTimeout(this.#readAll(), READ_MS_MAX, { clock: this.#clock });
    } catch (cause) {
      throw this.#failed(cause);
    }
    this.#reading = reading;
    this.#comparePolicy();
  }

  async #readAll(): Promise<void> {
    await this.#readNew();
    if (this.#log.size === 0) {
      await this.#publishFirst();
      await this.#readNew();
    }
    await this.#readTakeOvers();
  }

  async #readTakeOvers(): Promise<void> {
    const from = this.#takeOvers.size;
    for await (const event of this.#store.readStream(TAKE_OVER_STREAM, { from, latest: true })) {
      if (event.revision >= this.#takeOvers.size) this.#takeOvers.add(event);
    }
  }

  async #readNew(): Promise<void> {
    const from = this.#log.size;
    for await (const event of this.#store.readStream(SETTINGS_STREAM, { from, latest: true })) {
      // A read that took too long was given up, and another one may have read the same since.
      if (event.revision < this.#log.size) continue;
      const version = this.#log.add(event);
      if (version.kind === 'unknown') this.#observer.alarm(version.unknown);
    }
    if (this.#log.size > from) this.#observer.versionsRead(this.#log.size);
  }

  /** Of several processes that start together one succeeds, and the others read what it wrote. */
  async #publishFirst(): Promise<void> {
    const hasAccounts = (await this.#store.head()) !== null;
    const settings = firstSettings({
      hasAccounts,
      changes: this.#policyChanges,
      ...(this.#firstBusinesses && { businesses: this.#firstBusinesses }),
      at: new Date(await this.#store.timeOfDay()).toISOString(),
      by: FIRST_PUBLISHER,
    });
    const writer = { store: this.#store, clock: this.#clock };
    const origin = { correlation: FIRST_PUBLISHER };
    const isWritten = await appendVersion(writer, settings, this.#log.hash, origin);
    if (isWritten) this.#observer.published(settings);
  }

  #failed(cause: unknown): SettingsUnavailable {
    this.#observer.readFailed(cause);
    if (cause instanceof SettingsUnavailable) return cause;
    if (!(cause instanceof SettingsDamaged)) {
      return new SettingsUnavailable('store-away', 'The settings could not be read', { cause });
    }
    if (this.#reportedDamage !== cause.revision) this.#observer.alarm(cause);
    this.#reportedDamage = cause.revision;
    return new SettingsUnavailable('damaged', 'The settings are damaged', { cause });
  }

  /** Says once of each version that the environment asks for another policy. */
  #comparePolicy(): void {
    const inForce = this.#log.at(new Date(this.#clock.timeOfDay()).toISOString());
    if (inForce?.kind !== 'known') return;
    const { version, policy } = inForce.inForce.settings;
    if (version === this.#comparedVersion) return;
    this.#comparedVersion = version;
    const limits = Object.entries(this.#policyChanges).flatMap(([name, value]) =>
      policy[name as keyof Policy] === value ? [] : [name],
    );
    if (limits.length > 0) this.#observer.policyDiffers(version, limits);
  }
}

function decidable(version: LoggedVersion | undefined): SettingsInForce | null {
  if (version === undefined) return null;
  if (version.kind === 'known') return version.inForce;
  const { unknown } = version;
  throw new SettingsUnavailable('unknown-rules', sentence(unknown.message), { cause: unknown });
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
