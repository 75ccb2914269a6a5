import type { Clock } from '#async';
import type { Clients } from './clients.js';
import type { Credentials } from './connection-string.js';
import type { StreamNames } from './stream-names.js';

/** The clients, credentials and settings that every call needs. */
export interface Session {
  readonly clients: Clients;
  readonly credentials: Credentials;
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly names: StreamNames;
}
