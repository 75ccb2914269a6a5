import {
  CancelledError,
  DeadlineExceededError,
  EventStoreDBClient,
  NotLeaderError,
  UnavailableError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { credentials, status } from '@grpc/grpc-js';
import {
  CLASSIC,
  collect,
  eventually,
  newStream,
  settledWithin,
  testEvents,
} from './testing/client-fixtures.js';
import { shared, streams, StreamsClient } from './definitions.js';
import type { AppendFault } from './faults.js';
import { TcpProxy } from '../tcp-proxy.js';
import { EventStoreDbProtocolServer } from './protocol-server.js';

describe('the protocol server, with injected faults,', () => {
  let server: EventStoreDbProtocolServer;
  let client: EventStoreDBClient;
  beforeEach(async () => {
    server = await EventStoreDbProtocolServer.start();
    client = EventStoreDBClient.connectionString(server.connectionString);
  });
  afterEach(async () => {
    await server.stop();
    await client.dispose();
  });

  const storedIn = (stream: string) => server.log.streamOf(stream).length;
  const strike = (...faults: AppendFault[]) => {
    server.faults.append = () => faults.shift();
  };
  const append = (stream: string, deadline = 30_000) =>
    client.appendToStream(stream, testEvents(1), { ...CLASSIC, deadline });

  it.each([
    ['swallows a request', { kind: 'swallow' }, DeadlineExceededError, 0],
    ['swallows an answer', { kind: 'swallow-answer' }, DeadlineExceededError, 1],
    ['loses an answer after the commit', { kind: 'lose-answer' }, UnavailableError, 1],
    ['is busy', { kind: 'busy' }, UnavailableError, 0],
    ['cuts before the commit', { kind: 'cut', when: 'before-commit' }, UnavailableError, 0],
    ['cuts after the commit', { kind: 'cut', when: 'after-commit' }, UnavailableError, 1],
    ['answers too late', { kind: 'late-answer', afterMs: 30_000 }, DeadlineExceededError, 1],
    ['writes too late', { kind: 'late-write', afterMs: 30_000 }, DeadlineExceededError, 0],
    ['refuses the revision', { kind: 'wrong-version' }, WrongExpectedVersionError, 0],
    ['fails for reasons of its own', { kind: 'error', as: 'internal' }, UnknownError, 0],
    ['cancels', { kind: 'error', as: 'cancelled' }, CancelledError, 0],
  ] as const)('%s', async (_name, fault, error, stored) => {
    const stream = newStream();
    // The connection exists before the deadline begins, and only a missing answer meets a short one.
    await append(newStream(), 30_000);
    strike(fault);
    const deadline = error === DeadlineExceededError ? 1_000 : 30_000;
    await expect(append(stream, deadline)).rejects.toBeInstanceOf(error);
    await eventually('the server is done with it', () => storedIn(stream) === stored);
  });

  it('writes late, though the caller has stopped waiting', async () => {
    const stream = newStream();
    strike({ kind: 'late-write', afterMs: 250 });
    await expect(append(stream, 50)).rejects.toBeInstanceOf(DeadlineExceededError);
    await eventually('it is written', () => storedIn(stream) === 1);
  });

  it('sends to the leader', async () => {
    const leader = { address: '127.0.0.1', port: 4242 };
    strike({ kind: 'not-leader', leader });
    const refused = append(newStream());
    await expect(refused).rejects.toBeInstanceOf(NotLeaderError);
    await expect(refused).rejects.toMatchObject({ leader });
  });

  it('answers twice where the call can carry it', async () => {
    strike({ kind: 'double-answer' });
    const result = await append(newStream());
    expect(result.success).toBe(true);
  });

  it('is a black hole, and then is not', async () => {
    const stream = newStream();
    server.faults.blackHole = true;
    await expect(append(stream, 100)).rejects.toBeInstanceOf(DeadlineExceededError);
    const read = collect(client.readAll());
    expect(await settledWithin(read, 100)).toBe(false);
    server.faults.blackHole = false;
    await append(stream);
    expect(storedIn(stream)).toBe(1);
  });

  it('tells a batch that it is busy, and goes on with the next', async () => {
    strike({ kind: 'busy' });
    const stream = newStream();
    await expect(client.appendToStream(stream, testEvents(1))).rejects.toBeInstanceOf(UnknownError);
    await client.appendToStream(stream, testEvents(1));
    expect(storedIn(stream)).toBe(1);
  });

  it.each([
    ['stalls', { kind: 'stall', afterEvents: 2 }],
    ['swallows', { kind: 'swallow' }],
  ] as const)('%s in a read', async (_name, fault) => {
    const stream = newStream();
    await client.appendToStream(stream, testEvents(5));
    server.faults.read = () => fault;
    expect(await settledWithin(collect(client.readStream(stream)), 150)).toBe(false);
  });

  it.each([
    ['cuts in the middle of a read', { kind: 'cut', afterEvents: 2 }, UnavailableError],
    ['drops a read', { kind: 'drop', afterEvents: 2, as: 'internal' }, UnknownError],
    ['is too busy to read', { kind: 'busy' }, UnavailableError],
  ] as const)('%s', async (_name, fault, error) => {
    const stream = newStream();
    await client.appendToStream(stream, testEvents(5));
    server.faults.read = () => fault;
    await expect(collect(client.readStream(stream))).rejects.toBeInstanceOf(error);
  });

  it('gives every event twice', async () => {
    const stream = newStream();
    await client.appendToStream(stream, testEvents(2));
    server.faults.read = () => ({ kind: 'duplicate' });
    const read = await collect(client.readStream(stream));
    expect(read.map(({ event }) => event?.revision)).toEqual([0n, 0n, 1n, 1n]);
  });

  it('leaves an event out', async () => {
    const stream = newStream();
    await client.appendToStream(stream, testEvents(3));
    server.faults.read = () => ({ kind: 'omit', stream, revision: 1 });
    const read = await collect(client.readStream(stream));
    expect(read.map(({ event }) => event?.revision)).toEqual([0n, 2n]);
  });

  it('writes nothing of an append that was cut in the middle', async () => {
    const stream = newStream();
    const id = '00000000-0000-4000-8000-000000000000';
    const proxy = await TcpProxy.to(server.port);
    const raw = new StreamsClient(`127.0.0.1:${proxy.port}`, credentials.createInsecure());
    const cut = new Promise((resolve) => {
      const call = raw.append(resolve);
      const name = new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
      const options = new streams.AppendReq.Options()
        .setStreamIdentifier(name)
        .setAny(new shared.Empty());
      call.write(new streams.AppendReq().setOptions(options));
      const message = new streams.AppendReq.ProposedMessage().setId(
        new shared.UUID().setString(id),
      );
      message.getMetadataMap().set('type', 'test').set('content-type', 'application/json');
      call.write(new streams.AppendReq().setProposedMessage(message));
    });
    await proxy.cutNext('after-request', (request) => request.includes(id));
    expect(await cut).toMatchObject({ code: status.UNAVAILABLE });
    await append(newStream());
    expect(storedIn(stream)).toBe(0);
    raw.close();
    await proxy.close();
  });

  it('keeps its port and its data over a restart, and drops the calls in progress', async () => {
    const stream = newStream();
    await append(stream);
    const { port } = server;
    let hasArrived = false;
    server.faults.append = () => {
      hasArrived = true;
      return { kind: 'late-write', afterMs: 50 };
    };
    const lost = append(stream);
    await eventually('it arrived', () => hasArrived);
    server.faults.append = undefined;
    await Promise.all([expect(lost).rejects.toBeInstanceOf(UnavailableError), server.stop()]);
    await expect(append(stream)).rejects.toBeInstanceOf(UnavailableError);
    await server.start();
    expect(server.port).toBe(port);
    const other = EventStoreDBClient.connectionString(server.connectionString);
    expect(await collect(other.readStream(stream))).toHaveLength(1);
    await other.dispose();
  });

  it('is found by gossip, as the leader of a cluster of one', async () => {
    const cluster = EventStoreDBClient.connectionString(
      `esdb+discover://127.0.0.1:${server.port}?tls=false`,
    );
    const stream = newStream();
    await cluster.appendToStream(stream, testEvents(1));
    expect(await collect(cluster.readStream(stream))).toHaveLength(1);
    await cluster.dispose();
  });
});
