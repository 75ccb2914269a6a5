import type { Pool, PoolClient } from 'pg';

import type { EventStore } from '#event-store';
import {
  PostgresTableWriter,
  AdvisoryLock,
  compareVersions,
  createVersion,
  dropVersion,
  lockLiveVersion,
  inTransaction,
  createIndexes,
  readParkedIn,
  readCheckpoint,
  readCheckpoints,
  type Checkpoint,
  type Comparison,
  type FollowsDirectly,
  type NewParkedAccount,
  type TableDifference,
  type VersionState,
} from '#read-model';

import { unparkIn } from '../parking/unpark-accounts.js';
import { Feeder } from './feeder.js';
import { Pace, type Progress } from './pace.js';
import { SWITCH, switchTo, type SwitchTerms } from './switch.js';

/** Read from the store at one go. */
const PAGE_EVENTS = 1_000;

export type RebuildStep = 'created' | 'filled' | 'indexed' | 'compared' | 'switched';

export interface RebuildObserver {
  /** A step is done; a crash from here on is resumed behind it. */
  readonly reached?: (step: RebuildStep, version: number) => void;
  readonly progressed?: (progress: Progress) => void;
  /** An account was parked in the version that is built: the rest of it goes on. */
  readonly parked?: (version: number, account: NewParkedAccount) => void;
  /** So many accounts are parked in one of the versions: they were not compared. */
  readonly leftOut?: (accounts: number) => void;
  readonly switchWaits?: (tries: number) => void;
}

export interface RebuildParts {
  readonly store: EventStore;
  readonly pool: Pool;
  readonly name: string;
  readonly observer: RebuildObserver;
  readonly followsDirectly?: FollowsDirectly;
  readonly eventsPerSecondMax?: number;
  readonly transactionEventsMax?: number;
  readonly switchTerms?: SwitchTerms;
}

export type Rebuilt =
  | { readonly kind: 'switched'; readonly from: number; readonly to: number }
  /** Nothing was switched: somebody has to look, and may then accept it. */
  | {
      readonly kind: 'differs';
      readonly version: number;
      readonly differences: readonly TableDifference[];
    }
  /** A version is kept for the way back: it must be dropped before there can be another one. */
  | { readonly kind: 'kept'; readonly live: number; readonly kept: number }
  /** Another process is at it. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'dropped'; readonly version: number }
  /** There is nothing to go back to, or to drop. */
  | { readonly kind: 'nothing' };

/**
 * Rebuilds the read tables from the events, switches versions and drops them. Each command takes up
 * where a crash of the same one left off.
 */
export class Rebuild {
  readonly #parts: RebuildParts;

  constructor(parts: RebuildParts) {
    this.#parts = parts;
  }

  /** Builds the next version beside the live one, compares, and switches. */
  run(terms: { readonly acceptDifferences: boolean }, signal: AbortSignal): Promise<Rebuilt> {
    return this.#alone(async () => {
      const { live, kept, building } = await this.#versions();
      if (live !== null && kept !== null) {
        return { kind: 'kept', live: live.version, kept: kept.version };
      }
      const version =
        building?.version ?? (await createVersion(this.#parts.pool, this.#parts.name));
      this.#reached('created', version);
      const feeder = await this.#feeder(version);
      await this.#followLive(feeder, signal);
      this.#reached('filled', version);
      await createIndexes(this.#parts.pool, version);
      this.#reached('indexed', version);
      await this.#tryParkedAgain(version, signal);
      await this.#followLive(feeder, signal);
      const { differences, skippedAccounts } = await this.#compare(version, feeder, signal);
      this.#reached('compared', version);
      if (skippedAccounts > 0) this.#parts.observer.leftOut?.(skippedAccounts);
      if (differences.length > 0 && !terms.acceptDifferences) {
        return { kind: 'differs', version, differences };
      }
      return this.#switch(version, feeder, signal);
    });
  }

  /**
   * A rebuild may have waited for days where tables differed: what was mended since an account was
   * parked in its version must not be parked again by the switch.
   */
  async #tryParkedAgain(version: number, signal: AbortSignal): Promise<void> {
    const { pool, name } = this.#parts;
    for (const userId of await readParkedIn(pool, name, version)) {
      signal.throwIfAborted();
      await unparkIn(this.#parts, version, userId);
    }
  }

  /** Makes the version that was kept live again, and keeps the other one. */
  back(signal: AbortSignal): Promise<Rebuilt> {
    return this.#alone(async () => {
      const { kept } = await this.#versions();
      if (kept === null) return { kind: 'nothing' };
      return this.#switch(kept.version, await this.#feeder(kept.version), signal);
    });
  }

  /** Drops the version that was kept, or one whose building was given up. */
  drop(state: Exclude<VersionState, 'live'>): Promise<Rebuilt> {
    const { pool, name, switchTerms = SWITCH } = this.#parts;
    return this.#alone(async () => {
      const checkpoint = (await this.#versions())[state];
      if (checkpoint === null) return { kind: 'nothing' };
      const { version } = checkpoint;
      await dropVersion(pool, name, version, switchTerms.lockWaitMsMax);
      return { kind: 'dropped', version };
    });
  }

  async #alone(work: () => Promise<Rebuilt>): Promise<Rebuilt> {
    const { pool, name } = this.#parts;
    const lock = await AdvisoryLock.tryAcquire(pool, `rebuild of ${name}`);
    if (lock === null) return { kind: 'busy' };
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }

  async #versions(): Promise<Record<VersionState, Checkpoint | null>> {
    const versions = await readCheckpoints(this.#parts.pool, this.#parts.name);
    const inState = (state: VersionState): Checkpoint | null =>
      versions.find((checkpoint) => checkpoint.state === state) ?? null;
    return { building: inState('building'), live: inState('live'), kept: inState('kept') };
  }

  async #feeder(version: number): Promise<Feeder> {
    const { store, pool, name, followsDirectly, observer } = this.#parts;
    const pace = new Pace(this.#parts.eventsPerSecondMax ?? Infinity);
    const { live, ...others } = await this.#versions();
    const total = live?.eventCount ?? 0;
    const before = others.building?.eventCount ?? 0;
    let events = before;
    const { transactionEventsMax: eventsMax } = this.#parts;
    const writer = new PostgresTableWriter(pool, {
      name,
      version,
      ...(followsDirectly !== undefined && { followsDirectly }),
      ...(eventsMax !== undefined && { eventsMax }),
    });
    return new Feeder({
      store,
      writer,
      pageEvents: Math.min(PAGE_EVENTS, eventsMax ?? Infinity),
      mayFeed: (count, signal) => pace.keep(count, signal),
      parked: (account) => observer.parked?.(version, account),
      fed: (count) => {
        events += count;
        const eventsPerSecond = (events - before) / pace.seconds;
        observer.progressed?.({ version, events, total, eventsPerSecond });
      },
    });
  }

  /** In one snapshot in which both versions stand at the same position, while both go on. */
  async #compare(version: number, feeder: Feeder, signal: AbortSignal): Promise<Comparison> {
    return inTransaction(
      this.#parts.pool,
      async (snapshot) => {
        const live = await this.#alignedWith(snapshot, version, feeder, signal);
        return compareVersions(snapshot, this.#parts.name, live, version);
      },
      'snapshot',
    );
  }

  /** Holds the live version for a moment, so that the snapshot begins with both at one position. */
  async #alignedWith(
    snapshot: PoolClient,
    version: number,
    feeder: Feeder,
    signal: AbortSignal,
  ): Promise<number> {
    const { pool, name, switchTerms = SWITCH } = this.#parts;
    return inTransaction(pool, async (client) => {
      const live = await lockLiveVersion(client, name, switchTerms.lockWaitMsMax);
      const held = await readCheckpoint(client, name, live);
      if (held?.position) await feeder.upTo(held.position, signal);
      const [one, other] = [
        await readCheckpoint(snapshot, name, live),
        await readCheckpoint(snapshot, name, version),
      ];
      if (one?.position !== other?.position) {
        throw new Error(`the versions stand at ${one?.position} and ${other?.position}`);
      }
      return live;
    });
  }

  async #switch(version: number, feeder: Feeder, signal: AbortSignal): Promise<Rebuilt> {
    const { pool, name, observer, switchTerms: terms = SWITCH } = this.#parts;
    await this.#followLive(feeder, signal);
    const waits = (tries: number): void => observer.switchWaits?.(tries);
    const from = await switchTo({ pool, name, terms, waits }, version, feeder, signal);
    this.#reached('switched', version);
    return { kind: 'switched', from, to: version };
  }

  /** Not further: nobody needs a version that is ahead, and it could not be compared. */
  async #followLive(feeder: Feeder, signal: AbortSignal): Promise<void> {
    const { live } = await this.#versions();
    if (live?.position) await feeder.upTo(live.position, signal);
  }

  #reached(step: RebuildStep, version: number): void {
    this.#parts.observer.reached?.(step, version);
  }
}
