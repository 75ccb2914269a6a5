import { randomUUID } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { Access, DEFAULT_USERS, type Caller, type Users } from './access.js';
import { EventLog } from './event-log.js';
import type { EndPoint, Faults } from './faults.js';
import { RecentIds } from './recent-ids.js';
import { sizeFunctionOf } from './append-size.js';
import type { ServerVersion } from './server-version.js';
import { StreamWriter } from './stream-writer.js';
import { CommitChecker } from './commit-check.js';
import { CommitWaits } from './commit-waits.js';
import { META_STREAM_PREFIX, SYSTEM_TYPES } from './system-names.js';

export interface ServerStateOptions {
  /** Without TLS a node is insecure: it has neither authentication nor access lists. */
  readonly isInsecure: boolean;
  readonly users?: Users;
  readonly appendBytesMax?: number;
  readonly version?: ServerVersion;
  /** The longest that an append of many parts may take to arrive; that of a 23.10 is 2 s. */
  readonly writeTimeoutMs?: number;
  /** 23.10.4 says where a repeated append was written; false: a server that leaves it out. */
  readonly repeatsCarryPosition?: boolean;
  /** How long a write may take to be committed; the real server's timer is coarse: 2 to 3 s. */
  readonly commitTimeoutMs?: number;
  readonly recentIdsMax?: number;
  readonly nowMs?: () => number;
}

/** The parts of a call that its handler needs. */
export interface CallContext {
  readonly metadata: Metadata;
  getPeer(): string;
}

const APPEND_BYTES_MAX = 1024 * 1024;
const COMMIT_TIMEOUT_MS = 3_000;
const WRITE_TIMEOUT_MS = 2_000;

/** What all calls share: the data, who may see it, and what is to go wrong. Outlives a restart. */
export class ServerState {
  readonly nowMs: () => number;
  readonly log: EventLog;
  readonly #recentIds: RecentIds;
  readonly writer: StreamWriter;
  readonly access: Access;
  readonly faults: Faults = {};
  readonly appendBytesMax: number;
  readonly version: ServerVersion;
  readonly writeTimeoutMs: number;
  readonly sizeOf: ReturnType<typeof sizeFunctionOf>;
  readonly commits: CommitWaits;
  /** A node that shuts down takes no new requests, and still answers those it has. */
  isStopping = false;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(
    options: ServerStateOptions,
    /** Cuts the connection that a call came in by. */
    readonly cut: (call: CallContext) => void,
    /** Where this server is reached, for gossip. */
    readonly endPoint: () => EndPoint,
  ) {
    this.nowMs = options.nowMs ?? Date.now;
    this.log = new EventLog(this.nowMs);
    this.#recentIds = new RecentIds(options.recentIdsMax);
    const { repeatsCarryPosition = true, commitTimeoutMs = COMMIT_TIMEOUT_MS } = options;
    const checker = new CommitChecker(this.log, this.#recentIds, this.nowMs, repeatsCarryPosition);
    this.writer = new StreamWriter(this.log, this.#recentIds, checker);
    this.commits = new CommitWaits(this.log, this.schedule.bind(this), commitTimeoutMs);
    this.access = new Access(this.log, options.users ?? DEFAULT_USERS, options.isInsecure);
    this.version = options.version ?? '23.10';
    this.sizeOf = sizeFunctionOf(this.version);
    this.writeTimeoutMs = options.writeTimeoutMs ?? WRITE_TIMEOUT_MS;
    this.appendBytesMax = options.appendBytesMax ?? APPEND_BYTES_MAX;
    this.#writeSystemEvents();
  }

  callerOf(call: CallContext): Caller {
    return this.access.callerOf(call.metadata);
  }

  /** Runs an action later. A stop of the server cancels it, and so does the returned function. */
  schedule(afterMs: number, action: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, afterMs);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** The effects of a crash: timers and caches are lost, nothing written is. */
  crash(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.isStopping = false;
    this.commits.abandonAll();
    this.log.commitAll();
    this.#recentIds.forget();
  }

  /** A new server has written some of its own before the first user comes. */
  #writeSystemEvents(): void {
    const write = (stream: string, type: string, data: unknown) =>
      this.log.append(stream, {
        id: randomUUID(),
        type,
        contentType: 'application/json',
        data: Buffer.from(JSON.stringify(data)),
        meta: new Uint8Array(),
      });
    write(`${META_STREAM_PREFIX}$stats-127.0.0.1:2113`, SYSTEM_TYPES.metadata, { $maxAge: 86400 });
    for (const name of ['admin', 'ops']) {
      write(`$user-${name}`, SYSTEM_TYPES.userCreated, { LoginName: name });
      write(`${META_STREAM_PREFIX}$user-${name}`, SYSTEM_TYPES.metadata, {
        $acl: { $r: '$admins', $w: '$admins', $d: '$admins', $mr: '$admins', $mw: '$admins' },
      });
      write('$users', '$User', name);
    }
  }
}
