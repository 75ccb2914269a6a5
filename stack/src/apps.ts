import { join } from 'node:path';
import type { LedgerAddresses } from './addresses.js';
import { freePort, projectRoot, SupervisedChild } from '#embedded';
import type { Servers } from './servers.js';
import type { App, StackConfig } from './stack-config.js';
import { JWT_ALGORITHM } from './tokens.js';

export interface RunningApps {
  readonly children: ReadonlyMap<App, SupervisedChild>;
  /** The addresses of the health probes. */
  readonly probes: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

interface AppsOptions {
  readonly config: StackConfig;
  readonly servers: Servers;
  readonly addresses: LedgerAddresses;
  readonly apiPort: number;
  readonly jwtSecret: string;
  readonly cursorKey: string;
  readonly snapshotKeys: string;
  /** The variables that define the senders; see `local-senders.ts`. */
  readonly senders: Readonly<Record<string, string>>;
  readonly logsDir: string;
  readonly report: (line: string) => void;
  /** Called with each process that is started. */
  readonly onStarted: (app: App, pid: number) => void;
  /** Aborts the start. */
  readonly signal: AbortSignal;
}

/** Starts the configured apps, but the intake only if there is a Kafka. */
export async function startApps(options: AppsOptions): Promise<RunningApps> {
  const { config, servers, report } = options;
  const apps = config.apps.filter((app) => app !== 'intake' || servers.kafkaBrokers !== null);
  const children = new Map<App, SupervisedChild>();
  const probes: Record<string, string> = {};
  const stop = async (): Promise<void> => {
    // Apps that accept work stop first, and those that show it last.
    for (const child of [...children.values()].reverse()) await child.stop();
  };
  const abortStart = (): void => void stop();
  options.signal.addEventListener('abort', abortStart, { once: true });
  try {
    for (const app of apps) {
      options.signal.throwIfAborted();
      const port = app === 'api' ? options.apiPort : await freePort();
      const address = `http://127.0.0.1:${port}`;
      probes[app] = address;
      report(`starting ${app}`);
      const child = new SupervisedChild({
        name: app,
        entry: join(projectRoot(), 'dist', 'apps', app, 'src', 'main.js'),
        env: environmentOf(app, options, port),
        logPath: join(options.logsDir, `${app}.log`),
        readyUrl: `${address}/health/ready`,
        report,
        onStarted: (pid) => options.onStarted(app, pid),
      });
      children.set(app, child);
      await child.start();
    }
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', abortStart);
  }
  options.signal.throwIfAborted();
  return { children, probes, stop };
}

function environmentOf(app: App, options: AppsOptions, port: number): Record<string, string> {
  const { servers, addresses, jwtSecret, cursorKey, snapshotKeys } = options;
  return {
    EVENT_STORE: addresses.of[app].eventStore,
    DATABASE_URL: addresses.of[app].database,
    // The apps don't need the role that owns the ledger.
    MIGRATION_URL: '',
    LOGIN_PASSWORDS: '',
    ...(servers.kafkaBrokers !== null && { KAFKA_BROKERS: servers.kafkaBrokers }),
    PORT: String(port),
    JWT_ALGORITHM,
    JWT_KEY: jwtSecret,
    CURSOR_KEY: cursorKey,
    SNAPSHOT_KEYS: snapshotKeys,
    ...options.senders,
    WEB_FOLDER: join(projectRoot(), 'dist', 'apps', 'web'),
  };
}
