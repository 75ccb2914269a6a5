import pg from 'pg';
import { pollUntil, sleep } from '#async';
import type { SeededRandom } from '#testing';
import type { ImporterProcesses } from './importer-processes.js';
import type { Processes } from './processes.js';

const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 900;
const FROZEN_MS_MAX = 20_000;
/** An account is frozen for a few milliseconds. */
const LOOK_EVERY_MS = 2;
const MIDWAY_MS_MAX = 20;

interface Targets {
  readonly processes: Processes;
  readonly importers: ImporterProcesses;
  readonly projector: string;
  /** Databases whose connections are ended. */
  readonly databases: readonly string[];
  /** The one with the accounts that are frozen. */
  readonly old: string;
}

type Blow = readonly [name: string, strike: () => Promise<boolean>];

/** Kills processes, connections and the server of a take-over at random moments: each kind in turn. */
export class TakeOverStrikes {
  /** How often each kind was struck. */
  readonly struck: Record<string, number> = {};
  /** How many accounts killed importers left frozen. */
  leftFrozen = 0;
  count = 0;

  constructor(
    private readonly targets: Targets,
    private readonly dice: SeededRandom,
  ) {}

  /** So many, or until it is over: on a busy machine a process that is killed again and again gets nowhere. */
  async strike(strikesMax: number, isOver: () => boolean): Promise<void> {
    let deck: Blow[] = [];
    while (!isOver() && this.count < strikesMax) {
      await sleep(PAUSE_MS_MIN + this.dice.below(PAUSE_MS_MAX - PAUSE_MS_MIN));
      if (deck.length === 0) deck = this.#shuffled(isOver);
      const [name, strike] = deck.pop() ?? [];
      if (name === undefined || strike === undefined || !(await strike())) continue;
      this.struck[name] = (this.struck[name] ?? 0) + 1;
      this.count += 1;
    }
  }

  #shuffled(isOver: () => boolean): Blow[] {
    const blows: Blow[] = [
      ['opener', () => this.#killOpener()],
      ['opener in an opening', () => this.#killOpenerMidway(isOver)],
      ['follower', async () => this.targets.importers.kill('follow', this.dice)],
      ['projector', async () => this.#killProjector()],
      ['connection', () => this.#endConnection()],
      ['connection', () => this.#endConnection()],
      ['Postgres', () => this.#killPostgres()],
    ];
    return blows
      .map((blow) => ({ blow, place: this.dice.next() }))
      .sort((one, other) => one.place - other.place)
      .map(({ blow }) => blow);
  }

  async #killOpener(): Promise<boolean> {
    if (!this.targets.importers.kill('open', this.dice)) return false;
    this.leftFrozen += await this.#frozen();
    return true;
  }

  /** Waits until an account is frozen, so that the opening of one is under way. */
  async #killOpenerMidway(isOver: () => boolean): Promise<boolean> {
    const isOne = async (): Promise<boolean> => isOver() || (await this.#frozen()) > 0;
    await pollUntil(isOne, { everyMs: LOOK_EVERY_MS, totalMsMax: FROZEN_MS_MAX });
    await sleep(this.dice.below(MIDWAY_MS_MAX));
    return this.#killOpener();
  }

  async #killProjector(): Promise<boolean> {
    const { processes, projector } = this.targets;
    processes.signalApp(projector, 'SIGKILL');
    return true;
  }

  async #killPostgres(): Promise<boolean> {
    await this.targets.processes.killPostgres();
    return true;
  }

  async #endConnection(): Promise<boolean> {
    const { processes, databases } = this.targets;
    return onServer(processes.databaseUrl, async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        `select pid from pg_stat_activity where datname = any($1)
           and backend_type = 'client backend' order by pid`,
        [databases],
      );
      const { pid } = rows[this.dice.below(rows.length)] ?? {};
      await client.query('select pg_terminate_backend($1)', [pid]);
      return pid !== undefined;
    });
  }

  #frozen(): Promise<number> {
    return onServer(this.targets.old, async (client) => {
      const { rows } = await client.query<{ count: number }>(
        "select count(*)::int as count from points_take_over.accounts where state = 'frozen'",
      );
      return rows[0]?.count ?? 0;
    });
  }
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // The running query, or the next one, rejects with it.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
