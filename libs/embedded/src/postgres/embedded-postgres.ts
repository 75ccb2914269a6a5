import { resolve as resolvePath } from 'node:path';
import { findBinaries } from './binaries.js';
import { locateDataDir, prepareData } from './data-dir.js';
import { launch, portTaken, stop } from './launch.js';
import { recordOwner, clearLeftovers } from './lock-file.js';
import { postgresUser } from './user.js';
import { freePort, isPortFree } from '../process/ports.js';

export { PostgresStartError } from './start-error.js';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** Default: any that is free. */
  readonly port?: number;
  /** Settings of the server, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Hears what somebody should know who wonders where things are. */
  readonly report?: (line: string) => void;
  /** Hears each line that the server logs. */
  readonly log?: (line: string) => void;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the data is: not where it was asked for if the server could not reach that. */
  readonly dataDir: string;
  /** Settles when the server has ended, and says how that came. */
  readonly ended: Promise<string>;
  /** Rolls back what runs, writes everything down, and ends. */
  stop(): Promise<void>;
  /** As a power cut would: for tests. */
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

/** Starts a real Postgres on this machine, with data that outlive it. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const report = options.report ?? (() => {});
  const user = await postgresUser();
  const binaries = await findBinaries(user, report);
  const dataDir = await locateDataDir(resolvePath(options.dataDir), user, report);
  const password = await prepareData(
    dataDir,
    binaries,
    user,
    options.settings?.['fsync'] === 'off',
  );
  await clearLeftovers(dataDir, report);
  const port = options.port ?? (await freePort());
  if (!(await isPortFree(port))) throw portTaken(port);
  await recordOwner(dataDir);
  const flags = { ...DEFAULT_SETTINGS, ...options.settings, ...FIXED_SETTINGS, port: String(port) };
  const server = await launch({ ...options, program: binaries.postgres, dataDir, flags, user });
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    pid: server.child.pid ?? 0,
    dataDir,
    ended: server.ended,
    stop: () => stop(server),
    kill: (signal) => void server.child.kill(signal),
  };
}

/** Stops a server on this directory whose owner was killed; throws when its owner lives. */
export async function stopLeftoverPostgres(
  dataDir: string,
  report: (line: string) => void,
): Promise<void> {
  const place = await locateDataDir(resolvePath(dataDir), await postgresUser(), () => undefined);
  await clearLeftovers(place, report);
}

/** A little more than Postgres takes by itself: it was made for smaller machines. */
const DEFAULT_SETTINGS = { shared_buffers: '256MB', max_wal_size: '2GB', wal_buffers: '64MB' };
const FIXED_SETTINGS = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };
