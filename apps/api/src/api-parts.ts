import type { AccountCommandProcessor } from '#commands';
import type { EventStore } from '#event-store';
import type { Policy } from '#ledger';
import type { ReadTables } from '#read-model';
import type { Clock } from '#async';
import type { Health } from '#platform/process';
import type { Senders } from '#senders';
import type { Registry } from 'prom-client';
import type { TokenVerifier } from './common/access/token-verifier.js';
import type { ApiObserver } from './common/api-observer.js';
import type { StreamOptions } from './common/limits/open-streams.js';
import type { RateLimiterOptions } from './common/limits/rate-limiter.js';

/** Everything that this process is made of. What stands outside of it stands behind small ports. */
export interface ApiParts {
  readonly commandProcessor: AccountCommandProcessor;
  readonly store: EventStore;
  readonly tables: ReadTables;
  readonly policy: Policy;
  readonly tokens: TokenVerifier;
  /** Who may send which commands. */
  readonly senders: Senders;
  /** Seals the cursors; the same for all instances. */
  readonly cursorKey: string;
  readonly rates: RateLimiterOptions;
  readonly streams: StreamOptions;
  readonly positionWaitMsMax: number;
  readonly health: Health;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly observer: ApiObserver;
  /** The folder of the built page; null: there is none. */
  readonly pageFolder: string | null;
  /** Whether metrics and the parts of health are served on a port of their own, and so not here. */
  readonly hasMetricsPort: boolean;
}

// Interfaces have no value at run time: these stand for them where Nest puts things together.
export const STORE = Symbol('EventStore');
export const TABLES = Symbol('ReadTables');
export const PARTS = Symbol('ApiParts');
