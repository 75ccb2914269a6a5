import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { TOPICS, commandMessage, type CommandBody, type OutgoingMessage } from '#contracts';
import { openPostgresEventStore, type EventStore } from '#event-store';
import { connectKafka, openLagMeter, type IncomingMessage, type LagMeter } from '#kafka';
import { freePorts, type KafkaBroker, type KafkaBrokerOptions, startKafkaBroker } from '#embedded';
import { FIRST_BUSINESSES, type PublishedSettings } from '#ledger';
import { VersionWriter } from '#settings/testing';
import { eventually } from '#testing';
import { PRICED_BUSINESSES } from '../../libs/ledger/src/testing/priced-businesses.js';
import type { Recorded } from '../simulation/checks.js';
import { Publisher, readTopic } from '../torture/topics.js';
import { expelMembers } from './expel-members.js';
import { IntakeProcess } from './intake-process.js';

export const GROUP = 'points-ledger-intake';
export const PARTITIONS = 2;
const READ_MS_MAX = 60_000;

/** A Kafka, a database and the intakes of one spec. */
export class IntakeStack {
  readonly #folder = mkdtempSync(join(tmpdir(), 'points-ledger-faults-'));
  readonly #database = `faults_${process.pid}`;
  readonly #intakes: IntakeProcess[] = [];
  #ports!: { readonly port: number; readonly controllerPort: number };
  #broker!: KafkaBroker;
  #publisher!: Publisher;
  store!: EventStore;
  settingsWriter!: VersionWriter;
  /** Rules 2, with prices, which the first intake would write without. */
  settings!: PublishedSettings;

  async open(): Promise<void> {
    await runSql(`create database ${this.#database}`);
    this.store = await openPostgresEventStore(this.#databaseUrl);
    this.settingsWriter = new VersionWriter(this.store);
    const businesses = [...FIRST_BUSINESSES, ...PRICED_BUSINESSES];
    this.settings = await this.settingsWriter.write({ rules: 2, businesses });
    const [port = 0, controllerPort = 0] = await freePorts(2);
    this.#ports = { port, controllerPort };
    await this.startKafka();
    this.#publisher = new Publisher(this.brokers);
  }

  async close(): Promise<void> {
    await this.killIntakes();
    await this.#publisher.close();
    await this.#broker.stop();
    await this.store.close();
    await runSql(`drop database ${this.#database} with (force)`);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get brokers(): readonly string[] {
    return this.#broker.brokers;
  }

  /** Starts Kafka again on the same data after it was killed. */
  async startKafka(properties: KafkaBrokerOptions['properties'] = {}): Promise<void> {
    this.#broker = await startKafkaBroker({
      dataDir: join(this.#folder, 'kafka'),
      heapMb: 192,
      properties,
      ...this.#ports,
    });
  }

  async killKafka(): Promise<void> {
    await this.#broker.kill();
  }

  /** Starts an intake, which accepts commands of any sender unless `env` configures senders. */
  async startIntake(
    group = GROUP,
    env: Readonly<Record<string, string>> = { SENDERS: 'anybody' },
  ): Promise<IntakeProcess> {
    const intake = await IntakeProcess.start({
      EVENT_STORE: this.#databaseUrl,
      DATABASE_URL: this.#databaseUrl,
      KAFKA_BROKERS: this.brokers.join(','),
      KAFKA_PARTITIONS: String(PARTITIONS),
      KAFKA_GROUP: group,
      ...env,
    });
    this.#intakes.push(intake);
    return intake;
  }

  /** Those that a failed test left behind would take messages from the next one. */
  async killIntakes(): Promise<void> {
    await Promise.all(this.#intakes.splice(0).map((intake) => intake.kill()));
  }

  expelMembers(group = GROUP): Promise<void> {
    return expelMembers(this.#ports.port, group);
  }

  publish(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.#publisher.publish(messages);
  }

  async publishCommands(
    bodies: readonly (readonly [id: string, body: CommandBody])[],
  ): Promise<void> {
    await this.publish(bodies.map(([id, body]) => commandMessage(body, { id, source: '/faults' })));
  }

  /** The number of messages that the group has not committed. */
  async lag(group = GROUP): Promise<number> {
    return this.#withLagMeter(group, lagOf);
  }

  async waitUntilCommitted(group = GROUP, msMax = READ_MS_MAX): Promise<void> {
    await this.#withLagMeter(group, (meter) =>
      eventually(async () => expect(await lagOf(meter)).toBe(0), msMax),
    );
  }

  /** Messages, outcomes and events of these users. */
  async resultsOf(users: readonly string[]): Promise<Recorded> {
    const [messages, outcomes, deadLetters] = await Promise.all(
      [TOPICS.commands, TOPICS.outcomes, TOPICS.dead].map((topic) =>
        readTopic(this.brokers, topic),
      ),
    );
    const { events: recorded } = await this.store.readAll(null, 1_000_000);
    const isTheirs = ({ key }: { readonly key: unknown }): boolean => users.includes(String(key));
    return {
      messages: (messages ?? []).filter(isTheirs),
      sent: [...(outcomes ?? []), ...(deadLetters ?? [])].filter(isTheirs),
      recorded,
      users,
    };
  }

  /** All dead letters with that reason, in the order of their partitions. */
  async deadLetters(reason: string): Promise<readonly IncomingMessage[]> {
    const deadLetters = await readTopic(this.brokers, TOPICS.dead);
    return deadLetters.filter(({ headers }) => String(headers['dead-reason']) === reason);
  }

  async messagesIn(topic: string): Promise<number> {
    return (await readTopic(this.brokers, topic)).length;
  }

  get #databaseUrl(): string {
    const url = new URL(process.env['TEST_PG_URL'] ?? '');
    url.pathname = `/${this.#database}`;
    return url.href;
  }

  async #withLagMeter<T>(groupId: string, use: (meter: LagMeter) => Promise<T>): Promise<T> {
    const kafka = connectKafka({ brokers: this.brokers, clientId: 'faults' });
    const meter = await openLagMeter(kafka, { topic: TOPICS.commands, groupId });
    try {
      return await use(meter);
    } finally {
      await meter.close();
    }
  }
}

async function lagOf(meter: LagMeter): Promise<number> {
  const partitions = await meter.measure();
  return partitions.reduce((sum, { messages }) => sum + messages, 0);
}

async function runSql(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env['TEST_PG_URL'] });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
