import { join } from 'node:path';
import type { LedgerAddresses } from './addresses.js';
import { freePort, projectRoot, SupervisedChild } from '#embedded';
import type { Servers } from './servers.js';
import type { App, StackSettings } from './settings.js';
import { JWT_ALGORITHM } from './tokens.js';

export interface RunningApps {
  readonly children: ReadonlyMap<App, SupervisedChild>;
  /** Where each says how it is. */
  readonly probes: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

interface AppsOptions {
  readonly settings: StackSettings;
  readonly servers: Servers;
  readonly addresses: LedgerAddresses;
  readonly apiPort: number;
  readonly jwtSecret: string;
  readonly cursorKey: string;
  readonly snapshotKeys: string;
  /** Who may send what: see `local-senders.ts`. */
  readonly senders: Readonly<Record<string, string>>;
  readonly logsDir: string;
  readonly report: (line: string) => void;
  /** Hears of each process that is started. */
  readonly onStarted: (app: App, pid: number) => void;
  /** Gives up the start. */
  readonly signal: AbortSignal;
}

/** Those that were asked for, but the intake only where there is a Kafka. */
export async function startApps(options: AppsOptions): Promise<RunningApps> {
  const { settings, servers, report: report } = options;
  const apps = settings.apps.filter((app) => app !== 'intake' || servers.kafkaBrokers !== null);
  const children = new Map<App, SupervisedChild>();
  const probes: Record<string, string> = {};
  const stop = async (): Promise<void> => {
    // First what lets work in, last what shows it.
    for (const child of [...children.values()].reverse()) await child.stop();
  };
  const giveUp = (): void => void stop();
  options.signal.addEventListener('abort', giveUp, { once: true });
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
        report: report,
        onStarted: (pid) => options.onStarted(app, pid),
      });
      children.set(app, child);
      await child.start();
    }
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', giveUp);
  }
  options.signal.throwIfAborted();
  return { children, probes, stop };
}

function environmentOf(app: App, options: AppsOptions, port: number): Record<string, string> {
  const { servers, addresses, jwtSecret, cursorKey, snapshotKeys } = options;
  return {
    EVENT_STORE: addresses.of[app].eventStore,
    DATABASE_URL: addresses.of[app].database,
    // Whoever serves has no use for the role that owns the ledger.
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
