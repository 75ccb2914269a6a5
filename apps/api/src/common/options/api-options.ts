import type { StreamOptions } from '../limits/open-streams.js';
import type { RateLimiterOptions } from '../limits/rate-limiter.js';

/** The options of the API, read from its configuration. */
export interface ApiOptions {
  /** The key that signs page cursors. It is the same for all instances. */
  readonly cursorKey: string;
  readonly rates: RateLimiterOptions;
  readonly streams: StreamOptions;
  /** How long a read waits until the read tables have reached its `min_position`. */
  readonly positionWaitMsMax: number;
  /** Whether metrics and health details are served on a port of their own, and not on the public one. */
  readonly hasMetricsPort: boolean;
}

export const API_OPTIONS = Symbol('ApiOptions');
