import type { Pool } from 'pg';

import type { RetryLimits } from '#async';
import type { EventStore } from '#event-store';
import type { FollowsDirectly } from '#read-model';

import type { ProjectorObserver } from './projector-observer.js';

export interface ProjectorOptions {
  readonly store: EventStore;
  readonly pool: Pool;
  /** The name of the read tables: one database may hold several. */
  readonly name: string;
  readonly observer: ProjectorObserver;
  readonly now: () => number;
  /** Given when the positions of the store are dense: a missing event is then noticed. */
  readonly followsDirectly?: FollowsDirectly;
  readonly intervals?: Partial<ProjectorIntervals>;
}

export interface ProjectorIntervals {
  /** Between two attempts to become the leader. */
  readonly lockRetryMs: number;
  /** Between two looks for new versions of the tables. */
  readonly versionRefreshMs: number;
  readonly lagMeasureMs: number;
  readonly retry: RetryLimits;
}
