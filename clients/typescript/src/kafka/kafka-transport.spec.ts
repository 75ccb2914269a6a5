import { LedgerClient } from '../client/ledger-client.js';
import { InvalidCommandError } from '../protocol/errors.js';
import { KafkaDouble } from '../spec-support/kafka-double.js';
import { ManualClock, settle } from '../spec-support/manual-clock.js';
import { NotAcknowledgedError } from './kafka-sender.js';
import { KafkaTransport, type KafkaTransportOptions } from './kafka-transport.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';
const expire = { user_id: USER };

const outcomeOf = (id: string, more: object = {}) => ({
  ...{ command_id: id, command_source: '/tts', command_type: 'ExpirePoints', user_id: USER },
  ...{ status: 'accepted', code: null, detail: null, balance: 5, replayed: false },
  ...more,
});

function open(options: Partial<KafkaTransportOptions> = {}) {
  const double = new KafkaDouble();
  const clock = new ManualClock();
  const config = { source: '/tts', kafka: { brokers: [] }, clock, ...options };
  const transport = new KafkaTransport(config, double.kafka);
  return { double, clock, transport, client: new LedgerClient({ transport, clock }) };
}

describe('a command over Kafka', () => {
  it('is sent with its key and its signature, and answered by its outcome', async () => {
    const signingKey = { id: 'k1', secret: 'a secret of thirty-two bytes, or more' };
    const { double, client } = open({ signingKey });
    const call = client.expire(expire, { id: 'a' });
    await settle();
    expect(double.sent).toMatchObject([
      {
        topic: 'points.commands',
        key: USER,
        value: JSON.stringify(expire),
        headers: {
          ce_id: 'a',
          ce_source: '/tts',
          'points-signature': expect.stringMatching(/^v1,k1,[\w-]{43}$/) as string,
        },
      },
    ]);
    await double.deliver(outcomeOf('a'));
    expect(await call).toMatchObject({ status: 'accepted', balance: 5 });
  });

  it('is answered by its own outcome only, and by no message that is none', async () => {
    const { double, client } = open();
    const call = client.expire(expire, { id: 'a' });
    await settle();
    let isAnswered = false;
    void call.then(() => (isAnswered = true));
    await double.deliver(outcomeOf('b'));
    await double.deliver(outcomeOf('a', { command_source: '/video' }));
    await double.deliver(outcomeOf('a', { user_id: USER.replace('1', '2') }));
    await double.deliver('no JSON');
    await double.deliver({ hello: 'world' });
    await settle();
    expect(isAnswered).toBe(false);
    await double.deliver(outcomeOf('a', { status: 'refused', code: 'NoPrice' }));
    expect(await call).toMatchObject({ status: 'refused', code: 'NoPrice' });
  });

  it('shares one reader of outcomes, which commits nothing and whose group is deleted', async () => {
    const { double, client } = open();
    const calls = ['a', 'b'].map((id) => client.expire(expire, { id }));
    await settle();
    for (const id of ['a', 'b']) await double.deliver(outcomeOf(id));
    await Promise.all(calls);
    await client.close();
    expect(double.groups).toHaveLength(1);
    expect(double.groups[0]).toMatch(/^points-client-[0-9a-f-]{36}$/);
    expect(double.calls.filter((call) => call.includes('autoCommit'))).toEqual([
      'run, autoCommit false',
    ]);
    expect(double.calls.slice(-3)).toEqual([
      'disconnect producer',
      'disconnect consumer',
      'delete true',
    ]);
  });

  it('is heard from the position at which it was sent, also where the group is joined again', async () => {
    const { double, client } = open();
    const call = client.expire(expire, { id: 'a' });
    await settle();
    expect(double.seeks).toEqual([
      { partition: 0, offset: '7' },
      { partition: 1, offset: '7' },
    ]);
    await double.deliver(outcomeOf('other'), 1);
    // A third partition is added: it is read from its beginning.
    double.ends.set(2, 3n);
    double.joinAgain();
    expect(double.seeks.slice(2)).toEqual([
      { partition: 0, offset: '7' },
      { partition: 1, offset: '8' },
      { partition: 2, offset: '0' },
    ]);
    await double.deliver(outcomeOf('a'));
    await call;
  });

  it('begins to listen again after its reader gave up, and goes on where it was', async () => {
    const { double, client } = open();
    const first = client.expire(expire, { id: 'a' });
    await settle();
    await double.deliver(outcomeOf('a'));
    await first;
    double.crash(false);
    const second = client.expire(expire, { id: 'b' });
    await settle();
    expect(double.seeks.slice(2)).toEqual([
      { partition: 0, offset: '8' },
      { partition: 1, offset: '7' },
    ]);
    await double.deliver(outcomeOf('b'));
    expect(await second).toMatchObject({ status: 'accepted' });
  });

  it('that is not answered in time is unknown, and its outcome is heard when it is resumed', async () => {
    const { double, client, clock } = open();
    const call = client.expire(expire, { id: 'a', timeoutMs: 5_000 });
    await clock.advance(5_000);
    const result = await call;
    if (result.status !== 'unknown') throw new Error(result.status);
    const resumed = result.resume();
    await settle();
    expect(new Set(double.sent.map(({ value, headers }) => value + headers['ce_id'])).size).toBe(1);
    await double.deliver(outcomeOf('a', { replayed: true }));
    expect(await resumed).toMatchObject({ status: 'accepted' });
    expect(clock.waiting).toBe(0);
  });

  it('of an account that is not taken over is sent again a second later', async () => {
    const { double, client, clock } = open();
    const call = client.expire(expire, { id: 'a' });
    await settle();
    await double.deliver(outcomeOf('a', { status: 'refused', code: 'NotTakenOver' }));
    await clock.advance(1_000);
    expect(double.sent).toHaveLength(2);
    await double.deliver(outcomeOf('a'));
    expect(await call).toMatchObject({ status: 'accepted' });
  });

  it('is unknown in time where no broker tells from where outcomes are read', async () => {
    const { double, client, clock } = open();
    double.onConnectAdmin = () => new Promise<void>(() => undefined);
    const call = client.expire(expire, { id: 'a', timeoutMs: 5_000 });
    await clock.advance(5_000);
    expect(await call).toMatchObject({ status: 'unknown' });
    expect(double.sent).toEqual([]);
    const closing = client.close({ timeoutMs: 100 });
    await clock.advance(100);
    await closing;
    expect(clock.waiting).toBe(0);
  });

  it('waits for a broker that is away, and later commands wait behind it', async () => {
    const { double, client, clock } = open();
    let isAway = true;
    double.onSend = () => {
      if (isAway) throw new Error('connection refused');
    };
    const ids = ['a', 'b', 'c'];
    const first = client.expire(expire, { id: 'a' });
    await settle();
    const later = ['b', 'c'].map((id) => client.expire(expire, { id }));
    await clock.advance(2_000);
    expect(double.sent).toEqual([]);
    isAway = false;
    await clock.advance(6_000);
    expect(double.sent.map(({ headers }) => headers['ce_id'])).toEqual(ids);
    // The sequence of a producer that failed may be wrong, so that another one goes on.
    expect(double.producers).toBeGreaterThan(2);
    for (const id of ids) await double.deliver(outcomeOf(id));
    await Promise.all([first, ...later]);
  });

  it('is not overtaken by a later one where no broker tells from where outcomes are read', async () => {
    const { double, client, clock } = open();
    let isAway = true;
    double.onConnectAdmin = () => {
      if (isAway) throw new Error('no broker');
    };
    const ids = Array.from({ length: 20 }, (_, at) => `job-${at}`);
    const calls = ids.map((id) => client.expire(expire, { id }));
    await clock.advance(1_000);
    isAway = false;
    await clock.advance(5_000);
    expect(double.sent.map(({ headers }) => headers['ce_id'])).toEqual(ids);
    for (const id of ids) await double.deliver(outcomeOf(id));
    await Promise.all(calls);
  });

  it('that no broker took in time is unknown, because it may be there all the same', async () => {
    const { double, client, clock } = open();
    double.onSend = () => {
      throw new Error('connection refused');
    };
    const call = client.expire(expire, { id: 'a', timeoutMs: 5_000 });
    await clock.advance(12_000);
    expect(await call).toMatchObject({ status: 'unknown' });
    const publishing = client
      .publish(client.prepare('ExpirePoints', expire), { timeoutMs: 1_000 })
      .catch((error: unknown) => error);
    await clock.advance(3_000);
    expect(await publishing).toBeInstanceOf(NotAcknowledgedError);
  });

  it('is sent again when Kafka can not even be asked for its position', async () => {
    const { double, client, clock } = open();
    let isAway = true;
    double.onConnectAdmin = () => {
      if (isAway) throw new Error('no broker');
    };
    const call = client.expire(expire, { id: 'a' });
    await settle();
    isAway = false;
    await clock.advance(200);
    await double.deliver(outcomeOf('a'));
    expect(await call).toMatchObject({ status: 'accepted' });
  });
});

describe('commands that are published over Kafka', () => {
  it('go out together while one send is on its way, and in their order', async () => {
    const { double, client } = open({ limits: { batchMessagesMax: 3 } });
    let release = (): void => undefined;
    double.onSend = () =>
      double.batches.length > 0 ? undefined : new Promise<void>((resolve) => (release = resolve));
    const ids = Array.from({ length: 8 }, (_, at) => `job-${at}`);
    const published = ids.map((id) =>
      client.publish(client.prepare('ExpirePoints', expire, { id })),
    );
    await settle();
    release();
    await Promise.all(published);
    expect(double.sent.map(({ headers }) => headers['ce_id'])).toEqual(ids);
    expect(double.batches.map(({ length }) => length)).toEqual([3, 3, 2]);
  });

  it('keep their order, however many come while one send is on its way', async () => {
    const { double, client } = open({ limits: { batchMessagesMax: 1 } });
    const releases: (() => void)[] = [];
    double.onSend = () => new Promise<void>((resolve) => releases.push(resolve));
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const published: Promise<void>[] = [];
    for (let at = 0; at < ids.length; at += 1) {
      const command = client.prepare('ExpirePoints', expire, { id: ids[at] ?? '' });
      published.push(client.publish(command));
      await settle();
    }
    for (let at = 0; at < ids.length; at += 1) {
      await settle();
      expect(releases).toHaveLength(at + 1);
      releases[at]?.();
    }
    await Promise.all(published);
    expect(double.sent.map(({ headers }) => headers['ce_id'])).toEqual(ids);
  });

  it('are given up in time where a send never ends, and so is the close', async () => {
    const { double, client, clock } = open({ limits: { batchMessagesMax: 1 } });
    double.onSend = () => new Promise<void>(() => undefined);
    const ends = ['a', 'b'].map((id) =>
      client
        .publish(client.prepare('ExpirePoints', expire, { id }), { timeoutMs: 1_000 })
        .catch((error: unknown) => error),
    );
    await clock.advance(1_200);
    for (const end of await Promise.all(ends)) expect(end).toBeInstanceOf(NotAcknowledgedError);
    const closing = client.close({ timeoutMs: 500 });
    await clock.advance(2_000);
    await closing;
    expect(clock.waiting).toBe(0);
  });

  it('do not keep each other from being sent where one is too large for its topic', async () => {
    const { double, client } = open();
    const tooLarge = Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' });
    double.onSend = (messages) => {
      if (messages.some(({ headers }) => headers['ce_id'] === 'b')) throw tooLarge;
    };
    const ids = ['a', 'b', 'c', 'd'];
    const published = ids.map((id) =>
      client.publish(client.prepare('ExpirePoints', expire, { id })),
    );
    const ends = await Promise.allSettled(published);
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    await expect(published[1]).rejects.toThrow(InvalidCommandError);
    expect(double.sent.map(({ headers }) => headers['ce_id'])).toEqual(['a', 'c', 'd']);
  });

  it('are sent again where the answer does not tell of their partition', async () => {
    const { double, client, clock } = open();
    double.forgetsPartitions = true;
    const publishing = client.publish(client.prepare('ExpirePoints', expire, { id: 'a' }));
    await clock.advance(10);
    double.forgetsPartitions = false;
    await clock.advance(200);
    await publishing;
    expect(double.sent.map(({ headers }) => headers['ce_id'])).toEqual(['a', 'a']);
  });

  it('are all sent before the client closes', async () => {
    const { double, client } = open({ limits: { batchMessagesMax: 1 } });
    const ids = ['a', 'b', 'c'];
    const published = ids.map((id) =>
      client.publish(client.prepare('ExpirePoints', expire, { id })),
    );
    const closing = client.close();
    await Promise.all([...published, closing]);
    expect(double.sent.map(({ headers }) => headers['ce_id'])).toEqual(ids);
  });
});
