import { EventStoreDbProtocolServer } from '#testing';
import { all, everything, following, idsOf, sound } from '../suite/fixtures.suite.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { eventually, StreamWriter } from './esdb.fixtures.suite.js';

describe('a prefix for all streams on a shared EventStoreDB', () => {
  const server = new EventStoreDbProtocolServer();
  const open = (prefix: string) =>
    new EventStoreDbEventStore(`${server.connectionString}&streamPrefix=${prefix}`, {
      streamPrefix: 'points-',
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

  it('is on the server alone: the ledger’s own names, and its hashes, are the same', async () => {
    const writer = new StreamWriter();
    await writer.append(trial, 2);
    expect(server.log.streamOf(`trial.${writer.stream}`)).toHaveLength(2);
    expect(await sound(trial, writer.stream)).toHaveLength(2);
    expect(idsOf(await everything(trial, null))).toEqual(
      idsOf(await all(trial.readStream(writer.stream))),
    );
  });

  it('keeps two ledgers apart, whatever they read', async () => {
    const [one, other] = [new StreamWriter(), new StreamWriter()];
    const before = await trial.head();
    const [here, there] = [following(ledger, null, /./), following(trial, before, /./)];
    await one.append(ledger, 3);
    await other.append(trial, 2);
    await eventually('all came', () => here.events.length + there.events.length >= 5);
    await Promise.all([here.end(), there.end()]);
    expect(new Set(here.events.map(({ stream }) => stream))).toEqual(new Set([one.stream]));
    expect(new Set(there.events.map(({ stream }) => stream))).toEqual(new Set([other.stream]));
    expect(await all(ledger.readStream(other.stream))).toEqual([]);
    expect(await ledger.head()).toBe(here.events.at(-1)?.position);
    expect(await trial.head()).toBe(there.events.at(-1)?.position);
  });
});
