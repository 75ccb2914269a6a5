import { NO_STREAM, UnavailableError } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import {
  CLASSIC,
  collect,
  eventually,
  newStream,
  testEvents,
  withServer,
} from './testing/client-fixtures.js';

/** Long enough for a repeat to arrive before the commit, also on a busy machine. */
const LATE_MS = 1_500;
const TIMEOUT_MS = 2_500;

/** In seconds on the real server, since 20.6 at least: what is written is committed a moment later. */
describe.each([
  ['the classic append', CLASSIC],
  ['BatchAppend', {}],
])('the protocol server, between a write and its commit, by %s,', (name, call) => {
  const on = withServer({ commitTimeoutMs: TIMEOUT_MS });
  /** What the client makes of a commit timeout: the classic call says it by its status. */
  const timedOut =
    name === 'BatchAppend'
      ? { type: 'deadline-exceeded' }
      : { code: status.ABORTED, message: '10 ABORTED: Operation timed out: Commit phase timeout.' };

  const commitLate = (afterMs: number) => {
    on.server.faults.append = () => {
      on.server.faults.append = undefined;
      return { kind: 'late-commit', afterMs };
    };
  };
  const append = (
    stream: string,
    events = testEvents(2),
    expectedRevision: bigint | 'no_stream' = NO_STREAM,
  ) => on.client.appendToStream(stream, events, { ...call, expectedRevision });
  /** Sends the first and waits until it is written, though not committed. */
  const underWay = async (stream: string, events = testEvents(2), afterMs = LATE_MS) => {
    commitLate(afterMs);
    const first = append(stream, events);
    await eventually('it is written', () => on.server.log.written.lastRevisionOf(stream) === 1);
    return { first };
  };

  it('drops a repeat of an append in progress, and answers it with a timeout of its own', async () => {
    const stream = newStream();
    const events = testEvents(2);
    const { first } = await underWay(stream, events);
    const before = performance.now();
    await expect(append(stream, events)).rejects.toMatchObject(timedOut);
    expect(performance.now() - before).toBeGreaterThanOrEqual(TIMEOUT_MS - 1);
    const { position } = await first;
    expect(await append(stream, events)).toMatchObject({ success: true, position });
    expect(await collect(on.client.readStream(stream))).toHaveLength(2);
  });

  it('refuses another append at the same revision at once', async () => {
    const stream = newStream();
    const { first } = await underWay(stream);
    await expect(append(stream)).rejects.toMatchObject({
      type: 'wrong-expected-version',
      actualVersion: 1n,
    });
    await first;
  });

  it('hides what is not committed, and answers what is written behind it afterwards', async () => {
    const stream = newStream();
    const { first } = await underWay(stream);
    const behind = append(stream, testEvents(1), 1n);
    const elsewhere = append(newStream());
    await expect(collect(on.client.readStream(stream))).rejects.toMatchObject({
      type: 'stream-not-found',
    });
    const answered: string[] = [];
    await Promise.all([
      first.then(() => answered.push('first')),
      behind.then(() => answered.push('behind')),
      elsewhere.then(() => answered.push('elsewhere')),
    ]);
    expect(answered).toEqual(['first', 'behind', 'elsewhere']);
    expect(await collect(on.client.readStream(stream))).toHaveLength(3);
  });

  it('answers with a timeout what is not committed in time, and commits it all the same', async () => {
    const stream = newStream();
    commitLate(TIMEOUT_MS * 2);
    await expect(append(stream)).rejects.toMatchObject(timedOut);
    await eventually('it is committed', () => on.server.log.streamOf(stream).length === 2);
  });

  it('commits what it has written when it is restarted', async () => {
    const stream = newStream();
    const { first } = await underWay(stream, testEvents(2), 60_000);
    const lost = expect(first).rejects.toBeInstanceOf(UnavailableError);
    await on.server.stop();
    await lost;
    expect(on.server.log.streamOf(stream)).toHaveLength(2);
    await on.server.start();
  });
});
