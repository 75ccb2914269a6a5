import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { TOPICS } from '#contracts';
import { openMigratedEventStore, type EventStore } from '#event-store';
import { DEFAULT_SETTINGS_POLICY, FIRST_BUSINESSES, type PublishedSettings } from '#ledger';
import { settingsInForce } from '#ledger/testing';
import { PostgresReadTables } from '#read-model';
import { TABLES_NAME } from '#platform';
import { Rebuild, type RebuildOutcome } from '#projection';
import { SettingsPublisher, SettingsReader } from '#settings';
import { draftOf } from '#settings/testing';
import { eventually, seededRandom } from '#testing';
import { PRICED_BUSINESSES } from '../../libs/ledger/src/testing/priced-businesses.js';
import { checkEverything } from '../simulation/checks.js';
import { REAL_TIME, Services } from '../simulation/commands.js';
import { EarlierBuild } from './earlier-build.js';
import { Processes } from './processes.js';
import { Publisher, readTopic } from './topics.js';
import { uncommittedPartitions } from './uncommitted-partitions.js';

// A build from before the settings works beside this one under load, while rules 1 are in force. Then
// rules 2 are published, which stops the earlier build, and then they come into force. `npm run torture`
// builds the earlier commit.

const SEED = Number(process.env['TORTURE_SEED'] ?? 1);
const SIDE_BY_SIDE_MS = Number(process.env['ROLLING_SECONDS'] ?? 60) * 1_000;
const UNDER_RULES_2_MS = 30_000;
/** A little more than settings have to be published ahead. */
const AHEAD_MS = 375_000;
const SETTLE_MS_MAX = 120_000;
const STRIKE_MS = 5_000;
/** While nothing but the time of the settings has to come, less is published. */
const WAITING_PAUSE_MS_MAX = 1_000;

const USERS = Array.from(
  { length: 20 },
  (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-0000000000aa`,
) as [string, ...string[]];

const TOO_OLD = 'this build is too old: it knows no settings, and rules 2 were published';

describe(`A rolling change to rules 2 (seed ${SEED})`, () => {
  const processes = new Processes();
  const earlier = new EarlierBuild(process.env['ROLLING_BEFORE']);
  const dice = seededRandom(SEED);
  /** What the services know: rules 1 until a version says otherwise. */
  const versions: PublishedSettings[] = [];
  let store: EventStore;
  let publisher: Publisher;
  let services: Services;
  let published = 0;

  beforeAll(async () => {
    earlier.build();
    await processes.startServers();
    // The earlier build makes the schema, and this one brings it up to date.
    store = openMigratedEventStore(processes.databaseUrl);
    publisher = new Publisher(processes.brokers);
    services = new Services({
      dice,
      users: USERS,
      settingsAt: (at) =>
        settingsInForce(versions, at) ?? { rules: 1, businesses: FIRST_BUSINESSES },
      pace: REAL_TIME,
      // An earlier build lets unknown fields pass.
      isFormMistaken: false,
    });
  }, 300_000);

  afterAll(async () => {
    await publisher.close();
    await store.close();
    await processes.stop();
    earlier.remove();
  }, 60_000);

  /** Publishes a few messages each time until it is over. */
  async function loadUntil(isOver: () => boolean, pauseMsMax = 60): Promise<void> {
    while (!isOver()) {
      const some = Array.from({ length: 1 + dice.below(40) }, () => services.publish());
      await publisher.publish(some);
      published += some.length;
      await delay(dice.below(pauseMsMax));
    }
  }

  function load(ms: number): Promise<void> {
    const endMs = Date.now() + ms;
    return loadUntil(() => Date.now() > endMs);
  }

  const everythingIsRead = (): Promise<void> =>
    eventually(
      async () => expect(await uncommittedPartitions(processes.brokers)).toEqual([]),
      SETTLE_MS_MAX,
    );

  it(
    'is survived by every command, once',
    async () => {
      await processes.startApp('intake-earlier', earlier.folder);
      await processes.startApp('projector-earlier', earlier.folder);
      await load(5_000);

      // Side by side: either intake takes the partitions of the other one again and again. The earlier
      // processes are only suspended: they would refuse to start now that the schema is new.
      await processes.startApp('intake-new');
      await processes.startApp('projector-new');
      for (let left = SIDE_BY_SIDE_MS; left > 0; left -= 2 * STRIKE_MS) {
        processes.signalApp(dice.pick(['intake-new', 'projector-new']), 'SIGKILL');
        await load(STRIKE_MS);
        const earlierApp = dice.pick(['intake-earlier', 'projector-earlier']);
        processes.signalApp(earlierApp, 'SIGSTOP');
        await load(STRIKE_MS);
        processes.signalApp(earlierApp, 'SIGCONT');
      }
      const rulesOf = (await everythingIn(store)).map(({ meta }) => rulesIn(meta));
      expect(new Set(rulesOf)).toEqual(new Set([undefined, 1]));

      versions.push(await publishRules2(store));
      const isFenced = (): boolean => processes.logOf('intake-earlier').includes(TOO_OLD);
      const fencedBy = Date.now() + SETTLE_MS_MAX;
      await loadUntil(() => isFenced() || Date.now() > fencedBy);
      expect(processes.logOf('intake-earlier')).toContain(TOO_OLD);
      await processes.stopApp('intake-earlier');
      await processes.stopApp('projector-earlier');

      const from = Date.parse(versions[0]?.from ?? '');
      const waiting = loadUntil(() => Date.now() > from, WAITING_PAUSE_MS_MAX);
      // The earlier projector kept no recharges.
      expect(await rebuildTables()).toMatchObject({ kind: 'switched' });
      await waiting;
      await load(UNDER_RULES_2_MS);
      await everythingIsRead();
      await checkAll();
    },
    SIDE_BY_SIDE_MS + AHEAD_MS + UNDER_RULES_2_MS + 3 * SETTLE_MS_MAX + 120_000,
  );

  async function rebuildTables(): Promise<RebuildOutcome> {
    const pool = new pg.Pool({ connectionString: processes.databaseUrl });
    try {
      const rebuild = new Rebuild({ store, pool, name: TABLES_NAME, observer: {} });
      return await rebuild.run({ acceptDifferences: true }, new AbortController().signal);
    } finally {
      await pool.end();
    }
  }

  async function checkAll(): Promise<void> {
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
      sent: [...(outcomes ?? []).map(asBefore), ...(letters ?? [])],
      recorded: await everythingIn(store),
      tables,
      users: USERS,
      sick: null,
    });
    await pool.end();
    process.stdout.write(
      `rolling change: seed ${SEED}, beside ${earlier.commit}, ${published} published, ${JSON.stringify(tally)}\n`,
    );
    expect(tally).toMatchObject({ tooLate: 0, again: 0 });
  }
});

/** An outcome of either build with the fields that both have, so that both can be compared. */
function asBefore<M extends { readonly value: unknown }>(message: M): M {
  const outcome = JSON.parse(String(message.value)) as object;
  const added = { owed: null, points: null, collected: null, uncollected: null, recharge_id: null };
  return { ...message, value: JSON.stringify({ ...outcome, ...added }) };
}

async function publishRules2(store: EventStore): Promise<PublishedSettings> {
  const reader = new SettingsReader({ store });
  await reader.refresh();
  const from = new Date(Date.now() + AHEAD_MS).toISOString();
  const result = await new SettingsPublisher({ store, reader }).publish({
    version: 2,
    draft: {
      ...draftOf(from, {
        policy: DEFAULT_SETTINGS_POLICY[2],
        businesses: [...FIRST_BUSINESSES, ...PRICED_BUSINESSES],
      }),
    },
    origin: { correlation: 'torture' },
  });
  if (result.kind !== 'published') throw new Error(JSON.stringify(result));
  return result.settings;
}

const rulesIn = (meta: string): unknown => (JSON.parse(meta) as { rules?: unknown }).rules;

async function everythingIn(store: EventStore) {
  const { events } = await store.readAll(null, 1_000_000);
  return events;
}
