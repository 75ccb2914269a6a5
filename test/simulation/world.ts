import type { Clock } from '#async';
import { AccountCommandProcessor } from '#commands';
import { SealedSnapshots, SnapshotKeys, type EventStore, type RecordedEvent } from '#event-store';
import {
  MemoryEventStore,
  MemoryLog,
  MemorySnapshotStore,
  type MemoryFault,
} from '#event-store/testing';
import { accountStream } from '#identity';
import { PUBLISHED_AHEAD_SECONDS, type Policy } from '#ledger';
import { MemoryReadTables, type TableFault } from '#read-model/testing';
import { allowAnySender } from '#senders';
import { seededRandom, type SeededRandom } from '#testing';
import { IntakeConsumer } from '../../apps/intake/src/intake.consumer.js';
import { Follower } from '#projection';
import { SettingsReader } from '#settings';
import type { Ended, SickEvent } from './checks.js';
import { Services } from './commands.js';
import { SettingsAuthor } from './settings-author.js';
import { SimulatedKafka, SimulatedMember, turn } from './simulated-kafka.js';

export interface Plan {
  readonly seed: number;
  readonly messages: number;
  /** Changes to the default policy. */
  readonly policy?: Partial<Policy>;
}

const PARTITIONS = 3;
const USERS = [1, 2, 3, 4, 5].map((n) => `0000000${n}-0000-4000-8000-00000000000${n}`) as [
  string,
  ...string[],
];
const TURNS_MAX = 50_000;
const SKEW_MS_MAX = 5_000;

/** Time advances with the turns of the simulation, so that nothing waits in real time. */
class TurningClock {
  #now = 0;
  #timers = new Set<{ readonly at: number; readonly then: () => void }>();

  now = (): number => this.#now;

  after = (ms: number, then: () => void): (() => void) => {
    const timer = { at: this.#now + ms, then };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue;
      timer.then();
    }
  }

  /** The clock of a process, which shows that time of day. */
  showing(timeOfDay: () => number): Clock {
    return { now: this.now, after: this.after, timeOfDay };
  }
}

/** The real intake, command processor, rules and projector, on a Kafka, a store and tables with faults. */
export async function simulate(plan: Plan): Promise<Ended> {
  const dice = seededRandom(plan.seed);
  // The faults of the tables have their own dice, so that the commands of a seed do not depend on them.
  const tableDice = seededRandom(plan.seed + 1);
  const world = await World.begin(dice, tableDice, seededRandom(plan.seed + 2), plan.policy);
  try {
    await world.liveThrough(plan.messages);
    await world.settle();
    return await world.end();
  } finally {
    world.stop();
  }
}

/** One event of one account that is damaged whenever the projectors read it. */
function poisoned(store: MemoryEventStore, { user, revision }: SickEvent): EventStore {
  const damage = (event: RecordedEvent): RecordedEvent =>
    event.stream === accountStream(user) && event.revision === revision
      ? { ...event, data: '{' }
      : event;
  return {
    append: (...args) => store.append(...args),
    readStream: (...args) => store.readStream(...args),
    readAll: (...args) => store.readAll(...args),
    head: () => store.head(),
    timeOfDay: () => store.timeOfDay(),
    isPosition: (text) => store.isPosition(text),
    close: () => store.close(),
    follow: (after, sink, signal) =>
      store.follow(after, (batch) => sink({ ...batch, events: batch.events.map(damage) }), signal),
  };
}

class World {
  readonly #log = new MemoryLog();
  readonly #snapshots = new SealedSnapshots(
    new MemorySnapshotStore(),
    new SnapshotKeys([{ id: 'simulation', secret: new Uint8Array(32).fill(1) }]),
  );
  /** Snapshots that differ from their events. */
  readonly #wrongSnapshots: string[] = [];
  readonly #clock = new TurningClock();
  readonly #author: SettingsAuthor;
  readonly #sick: SickEvent;
  readonly #kafka: SimulatedKafka;
  readonly #services: Services;
  readonly #tables: MemoryReadTables;
  readonly #projecting = new AbortController();
  readonly #projectors: Promise<unknown>[] = [];
  #members: SimulatedMember[] = [];
  #published: Promise<void> = Promise.resolve();

  /** The ledger has settings before its first process starts, which say rules 1. */
  static async begin(
    dice: SeededRandom,
    tableDice: SeededRandom,
    poisonDice: SeededRandom,
    policy: Partial<Policy> = {},
  ): Promise<World> {
    const world = new World(dice, tableDice, poisonDice);
    await world.#author.writeFirst(new MemoryEventStore({ log: world.#log }), policy);
    world.#start();
    return world;
  }

  private constructor(
    private readonly dice: SeededRandom,
    private readonly tableDice: SeededRandom,
    poisonDice: SeededRandom,
  ) {
    this.#sick = { user: poisonDice.pick(USERS), revision: poisonDice.below(12) };
    this.#kafka = new SimulatedKafka(dice, PARTITIONS);
    this.#services = new Services({
      dice,
      users: USERS,
      settingsAt: (at) => this.#author.settingsAt(at),
    });
    this.#author = new SettingsAuthor(this.#openStore(), this.#clockAhead(0));
    this.#tables = new MemoryReadTables({ faultOf: () => this.#tableFault() });
  }

  #start(): void {
    for (let member = 0; member < 2; member++) this.#startMember();
    this.#rebalance();
    this.#startProjector();
    this.#startProjector();
  }

  /**
   * The safety phase has faults everywhere while messages are published. After a third of them rules 2 are
   * published, and after another third other prices.
   */
  async liveThrough(messages: number): Promise<void> {
    const third = Math.floor(messages / 3);
    for (let left = messages; left > 0;) {
      await this.#pass();
      const due = this.#author.versions <= Math.floor((messages - left) / third);
      if (due) this.#publishSettings();
      if (this.dice.chance(0.3)) {
        this.#kafka.publish(this.#services.publish());
        left -= 1;
      }
      if (this.dice.chance(0.01)) this.#rebalance();
      if (this.dice.chance(0.005)) this.#killOne();
    }
  }

  /** In the liveness phase faults stop, and everything is answered and projected. */
  async settle(): Promise<void> {
    this.#kafka.trouble = 0;
    for (let turns = 0; !(await this.#isSettled()); turns++) {
      if (turns > TURNS_MAX) throw new Error('the simulation never settles');
      await this.#pass();
    }
  }

  /** Without this, a simulation that failed would go on for as long as its process lives. */
  stop(): void {
    for (const member of this.#members) member.kill();
    this.#projecting.abort();
  }

  async end(): Promise<Ended> {
    await this.#published;
    this.stop();
    await this.#endProjectors();
    if (this.#wrongSnapshots.length > 0) throw new Error(this.#wrongSnapshots.join('\n'));
    const store = new MemoryEventStore({ log: this.#log });
    const { events: recorded } = await store.readAll(null, Number.MAX_SAFE_INTEGER);
    const { messages, sent } = this.#kafka;
    return { messages, sent, recorded, users: USERS, tables: this.#tables, sick: this.#sick };
  }

  /** They notice it when the wait that they are in is over. */
  async #endProjectors(): Promise<void> {
    const running = new Set(this.#projectors);
    const ended = this.#projectors.map((one) => one.finally(() => running.delete(one)));
    // A failure is thrown below.
    for (const one of ended) one.catch(() => undefined);
    while (running.size > 0) await this.#pass();
    await Promise.all(ended);
  }

  async #isSettled(): Promise<boolean> {
    if (!this.#kafka.isDone || this.#services.isClockHeld) return false;
    const position = await this.#tables.position();
    return position === (await new MemoryEventStore({ log: this.#log }).head());
  }

  async #pass(): Promise<void> {
    await turn();
    this.#clock.pass(this.dice.below(20));
  }

  /** The broker's clock stands still meanwhile: here it may jump by days, and no append takes so long. */
  #publishSettings(): void {
    const services = this.#services;
    if (services.isClockHeld) return;
    services.isClockHeld = true;
    const aheadMs = 1_000 * (PUBLISHED_AHEAD_SECONDS + this.dice.below(3_600));
    const from = new Date(services.nowMs + aheadMs).toISOString();
    this.#published = this.#author
      .publishNext(from)
      .finally(() => void (services.isClockHeld = false));
    // A failure is thrown where the simulation ends.
    this.#published.catch(() => undefined);
  }

  #clockAhead(ms: number): Clock {
    return this.#clock.showing(() => this.#services.nowMs + ms);
  }

  #openStore(): EventStore {
    return new MemoryEventStore({
      log: this.#log,
      faultOf: () => this.#storeFault(),
      readFaultOf: () => (this.#happens(0.02) ? new Error('the store is unavailable') : undefined),
      timeOfDay: () => this.#services.nowMs,
    });
  }

  #startMember(): void {
    const store = this.#openStore();
    // No process has the same time of day as the broker.
    const clock = this.#clockAhead(this.dice.below(2 * SKEW_MS_MAX) - SKEW_MS_MAX);
    const settings = new SettingsReader({ store, clock });
    const processor = new AccountCommandProcessor({
      store,
      settings,
      snapshots: this.#snapshots,
      clock,
      random: () => this.dice.next(),
      limits: {
        snapshotEvery: 10,
        snapshotCheckOneIn: 2,
        cachedAccountsMax: 3,
        retryMsMax: 2_000,
        attemptMsMax: 200,
      },
      observer: {
        snapshotForged: (stream) => void this.#wrongSnapshots.push(`${stream} forged`),
        snapshotDiffers: (...what) => void this.#wrongSnapshots.push(what.join(' ')),
      },
    });
    const intake = new IntakeConsumer({
      execute: (command, origin) => processor.run(command, origin),
      settings,
      sink: this.#kafka.sink,
      senders: allowAnySender(),
      clearCache: () => processor.clearCache(),
      now: () => this.#services.nowMs,
    });
    const member = new SimulatedMember(this.#kafka, intake, this.dice);
    this.#members.push(member);
    for (let partition = 0; partition < PARTITIONS; partition++) void member.work(partition);
  }

  #startProjector(): void {
    const follower = new Follower(
      {
        store: poisoned(new MemoryEventStore({ log: this.#log }), this.#sick),
        writer: this.#tables,
        version: 1,
        observer: {},
        retry: { backoffMsMin: 0, backoffMsMax: 1, attemptsMax: 1_000_000, totalMsMax: Infinity },
        clock: this.#clock,
      },
      () => undefined,
    );
    this.#projectors.push(follower.run(this.#projecting.signal));
  }

  #rebalance(): void {
    const [first, ...rest] = this.#members;
    if (first === undefined) return;
    this.#kafka.rebalance([first, ...rest]);
  }

  #killOne(): void {
    const victim = this.#members.splice(this.dice.below(this.#members.length), 1)[0];
    victim?.kill();
    this.#startMember();
    this.#rebalance();
  }

  #happens(probability: number): boolean {
    return this.dice.chance(probability * this.#kafka.trouble);
  }

  #storeFault(): MemoryFault | undefined {
    if (!this.#happens(0.15)) return undefined;
    const kinds = ['answer-lost', 'lost-before-commit', 'conflict', 'repeat', 'stall'] as const;
    const kind = this.dice.pick(kinds);
    if (kind !== 'stall') return kind;
    // This is longer than the processor waits, so that the append is written after it was given up.
    const stallUntil = new Promise<void>((resolve) => {
      this.#clock.after(this.dice.below(1_000), resolve);
    });
    return { stallUntil };
  }

  #tableFault(): TableFault | undefined {
    if (!this.tableDice.chance(0.1 * this.#kafka.trouble)) return undefined;
    return this.tableDice.pick(['abort-before-commit', 'abort-after-commit']);
  }
}
