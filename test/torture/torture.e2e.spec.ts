import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { TABLES_NAME } from '#platform';
import { TOPICS } from '#contracts';
import { openPostgresEventStore, type EventStore } from '#event-store';
import { FIRST_BUSINESSES, type PublishedSettings } from '#ledger';
import { PostgresReadTables } from '#read-model';
import { VersionWriter } from '#settings/testing';
import { eventually, seededRandom, type SeededRandom } from '#testing';
import { PRICED_BUSINESSES } from '../../libs/ledger/src/testing/priced-businesses.js';
import { checkEverything } from '../simulation/checks.js';
import { REAL_TIME, Services } from '../simulation/commands.js';
import { Processes } from './processes.js';
import { Publisher, readTopic } from './topics.js';
import { uncommittedPartitions } from './uncommitted-partitions.js';

// Real processes are killed and suspended at random times under load. `npm run torture` does it longer.
const MINUTES = Number(process.env['TORTURE_MINUTES'] ?? 0.5);
const SEED = Number(process.env['TORTURE_SEED'] ?? 1);

const USERS = Array.from(
  { length: 40 },
  (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
) as [string, ...string[]];
const SETTLE_MS_MAX = 120_000;

type Blow = readonly [name: string, strike: () => Promise<void>];

describe(`Processes that are killed and suspended (seed ${SEED}, ${MINUTES} minutes)`, () => {
  const processes = new Processes();
  const struck: Record<string, number> = {};

  let settings: PublishedSettings;

  beforeAll(async () => {
    await processes.startServers();
    settings = await writeSettings(processes.databaseUrl);
    for (const name of ['projector-1', 'projector-2', 'intake-1', 'intake-2']) {
      await processes.startApp(name);
    }
  });
  afterAll(() => processes.stop(), 60_000);

  it(
    'execute every command once, and answer all of them',
    async () => {
      const dice = seededRandom(SEED);
      const endMs = Date.now() + MINUTES * 60_000;
      const publishing = publishUntil(endMs, dice);
      const striking = strikeUntil(endMs, seededRandom(SEED + 1));
      const published = await publishing;
      await striking;
      await everythingIsRead();

      const store = await openPostgresEventStore(processes.databaseUrl);
      const pool = new pg.Pool({ connectionString: processes.databaseUrl });
      const tables = new PostgresReadTables(pool, TABLES_NAME);
      await eventually(async () => {
        expect(await tables.position()).toBe(await store.head());
      }, SETTLE_MS_MAX);
      const [messages, outcomes, letters] = await Promise.all(
        [TOPICS.commands, TOPICS.outcomes, TOPICS.dead].map((topic) =>
          readTopic(processes.brokers, topic),
        ),
      );
      const tally = await checkEverything({
        messages: messages ?? [],
        sent: [...(outcomes ?? []), ...(letters ?? [])],
        recorded: await everything(store),
        tables,
        users: USERS,
        sick: null,
      });
      await pool.end();
      await store.close();
      process.stdout.write(
        `torture: seed ${SEED}, ${MINUTES} min, ${published} published, ${JSON.stringify({ ...tally, struck })}\n`,
      );
      expect(tally).toMatchObject({ tooLate: 0, again: 0 });
      expect(tally.events).toBeGreaterThan(100);
      expect(Object.keys(struck).length).toBeGreaterThan(2);
    },
    MINUTES * 60_000 + 2 * SETTLE_MS_MAX,
  );

  async function publishUntil(endMs: number, dice: SeededRandom): Promise<number> {
    const publisher = new Publisher(processes.brokers);
    const settingsAt = () => settings;
    const services = new Services({ dice, users: USERS, settingsAt, pace: REAL_TIME });
    let count = 0;
    while (Date.now() < endMs) {
      const some = Array.from({ length: 1 + dice.below(60) }, () => services.publish());
      await publisher.publish(some);
      count += some.length;
      await delay(dice.below(60));
    }
    await publisher.close();
    return count;
  }

  async function strikeUntil(endMs: number, dice: SeededRandom): Promise<void> {
    while (Date.now() < endMs) {
      await delay(500 + dice.below(2_500));
      const [name, strike] = dice.pick(blows(dice));
      struck[name] = (struck[name] ?? 0) + 1;
      await strike();
    }
    for (const app of processes.appNames) processes.signalApp(app, 'SIGCONT');
  }

  function blows(dice: SeededRandom): readonly [Blow, ...Blow[]] {
    const standStill = async (stop: () => void, go: () => void): Promise<void> => {
      stop();
      await delay(500 + dice.below(4_000));
      go();
    };
    const [first = '', ...others] = processes.appNames;
    const app = dice.pick([first, ...others]);
    const kind = app.split('-')[0] ?? '';
    return [
      [`kill ${kind}`, async () => processes.signalApp(app, 'SIGKILL')],
      [`kill ${kind}`, async () => processes.signalApp(app, 'SIGKILL')],
      [
        `stop ${kind}`,
        () =>
          standStill(
            () => processes.signalApp(app, 'SIGSTOP'),
            () => processes.signalApp(app, 'SIGCONT'),
          ),
      ],
      ['kill Postgres', () => processes.killPostgres()],
      [
        'stop Postgres',
        () =>
          standStill(
            () => processes.signalPostgres('SIGSTOP'),
            () => processes.signalPostgres('SIGCONT'),
          ),
      ],
      ['kill Kafka', () => processes.killKafka()],
      [
        'stop Kafka',
        () =>
          standStill(
            () => processes.pauseKafka(),
            () => processes.resumeKafka(),
          ),
      ],
    ];
  }

  const everythingIsRead = (): Promise<void> =>
    eventually(
      async () => expect(await uncommittedPartitions(processes.brokers)).toEqual([]),
      SETTLE_MS_MAX,
    );
});

/** The first version of the settings, with prices, which a process would write without. */
async function writeSettings(databaseUrl: string): Promise<PublishedSettings> {
  const store = await openPostgresEventStore(databaseUrl);
  try {
    const businesses = [...FIRST_BUSINESSES, ...PRICED_BUSINESSES];
    return await new VersionWriter(store).write({ rules: 2, businesses });
  } finally {
    await store.close();
  }
}

async function everything(store: EventStore) {
  const { events } = await store.readAll(null, 1_000_000);
  return events;
}
