import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedPostgres,
  freePort,
  freePorts,
  type KafkaBroker,
  startEmbeddedPostgres,
  startKafkaBroker,
  SupervisedChild,
} from '#embedded';

type ChildOptions = ConstructorParameters<typeof SupervisedChild>[0];

const root = join(import.meta.dirname, '../..');

/** Servers and apps as separate processes, each of which can be killed or suspended. */
export class Processes {
  readonly #folder = reachableFolder();
  readonly #apps = new Map<string, SupervisedChild>();
  #postgres!: EmbeddedPostgres;
  /** null: no app needs one. */
  #kafka: KafkaBroker | null = null;
  #kafkaPorts!: { readonly port: number; readonly controllerPort: number };

  get databaseUrl(): string {
    return this.#postgres.url;
  }

  get brokers(): readonly string[] {
    return this.#kafka?.brokers ?? [];
  }

  async startServers(): Promise<void> {
    const [port = 0, controllerPort = 0] = await freePorts(2);
    this.#kafkaPorts = { port, controllerPort };
    await this.startPostgres();
    await this.#startKafka();
  }

  async startPostgres(port?: number): Promise<void> {
    this.#postgres = await startEmbeddedPostgres({
      dataDir: join(this.#folder, 'postgres'),
      ...(port !== undefined && { port }),
    });
  }

  /**
   * Starts the app that the name begins with, of this build or of another one, on the database of the server
   * or on another one.
   */
  async startApp(name: string, build = root, database = this.databaseUrl): Promise<void> {
    const app = new SupervisedChild(await this.#childOptions(name, build, database));
    this.#apps.set(name, app);
    await app.start();
  }

  async stopApp(name: string): Promise<void> {
    await this.#apps.get(name)?.stop();
    this.#apps.delete(name);
  }

  logOf(name: string): string {
    return readFileSync(this.#logPathOf(name), 'utf8');
  }

  async stop(): Promise<void> {
    for (const app of this.#apps.values()) await app.stop();
    await this.#kafka?.stop();
    await this.#postgres.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get appNames(): readonly string[] {
    return [...this.#apps.keys()];
  }

  /** The supervisor restarts it. */
  signalApp(name: string, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    const pid = this.#apps.get(name)?.pid;
    if (pid === undefined) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  async killPostgres(): Promise<void> {
    const { port } = this.#postgres;
    this.#postgres.kill('SIGKILL');
    await this.#postgres.ended;
    await this.startPostgres(port);
  }

  signalPostgres(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#postgres.kill(signal);
  }

  async killKafka(): Promise<void> {
    await this.#kafka?.kill();
    await this.#startKafka();
  }

  pauseKafka(): void {
    this.#kafka?.pause();
  }

  resumeKafka(): void {
    this.#kafka?.resume();
  }

  async #startKafka(): Promise<void> {
    this.#kafka = await startKafkaBroker({
      dataDir: join(this.#folder, 'kafka'),
      ...this.#kafkaPorts,
    });
  }

  async #childOptions(name: string, build: string, database: string): Promise<ChildOptions> {
    const port = await freePort();
    const app = name.split('-')[0] ?? name;
    return {
      name,
      entry: join(build, 'dist', 'apps', app, 'src', 'main.js'),
      env: {
        NODE_OPTIONS: '',
        EVENT_STORE: database,
        DATABASE_URL: database,
        KAFKA_BROKERS: this.brokers.join(','),
        KAFKA_PARTITIONS: '3',
        SENDERS: 'anybody',
        PORT: String(port),
      },
      logPath: this.#logPathOf(name),
      readyUrl: `http://127.0.0.1:${port}/health/ready`,
      report: () => undefined,
      limits: { backoffMsMin: 100, backoffMsMax: 1_000 },
    };
  }

  #logPathOf(name: string): string {
    const logs = join(this.#folder, 'logs');
    mkdirSync(logs, { recursive: true });
    return join(logs, `${name}.log`);
  }
}

/** Run by root, Postgres is another user, which must be able to reach the folder. */
function reachableFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'points-ledger-torture-'));
  chmodSync(folder, 0o755);
  return folder;
}
