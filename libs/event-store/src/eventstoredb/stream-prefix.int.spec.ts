import { EventStoreDbProtocolServer } from '#testing';
import {
  collect,
  readAllPages,
  startFollowing,
  idsOf,
  readVerified,
} from '../testing/stream-writer.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { eventually, StreamWriter } from '../testing/eventstoredb-fixtures.js';

describe('A prefix for all streams on a shared EventStoreDB', () => {
  const server = new EventStoreDbProtocolServer();
  const open = (prefix: string) =>
    new EventStoreDbEventStore(`${server.connectionString}&streamPrefix=${prefix}`, {
      streamPrefixes: ['points-'],
    });
  let ledger: EventStoreDbEventStore;
  let trial: EventStoreDbEventStore;
  beforeAll(async () => {
    await server.start();
    [ledger, trial] = [open(''), open('trial.')];
  });
  afterAll(async () => {
    await Promise.all([ledger.close(), trial.close()]);
    await server.stop();
  });

  it('exists only on the server: the ledger’s own names and hashes are the same', async () => {
    const writer = new StreamWriter();
    await writer.append(trial, 2);
    expect(server.log.streamOf(`trial.${writer.stream}`)).toHaveLength(2);
    expect(await readVerified(trial, writer.stream)).toHaveLength(2);
    expect(idsOf(await readAllPages(trial, null))).toEqual(
      idsOf(await collect(trial.readStream(writer.stream))),
    );
  });

  it('separates two ledgers in every kind of read', async () => {
    const [one, other] = [new StreamWriter(), new StreamWriter()];
    const before = await trial.head();
    const [here, there] = [startFollowing(ledger, null, /./), startFollowing(trial, before, /./)];
    await one.append(ledger, 3);
    await other.append(trial, 2);
    await eventually('all events arrived', () => here.events.length + there.events.length >= 5);
    await Promise.all([here.end(), there.end()]);
    expect(new Set(here.events.map(({ stream }) => stream))).toEqual(new Set([one.stream]));
    expect(new Set(there.events.map(({ stream }) => stream))).toEqual(new Set([other.stream]));
    expect(await collect(ledger.readStream(other.stream))).toEqual([]);
    expect(await ledger.head()).toBe(here.events.at(-1)?.position);
    expect(await trial.head()).toBe(there.events.at(-1)?.position);
  });
});
