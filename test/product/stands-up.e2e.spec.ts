import { jest } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, openSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS, type CommandBody, type CommandOutcome } from '#contracts';
import { freePort, freePorts, identityOf } from '#embedded';
import { connectKafka } from '#kafka';
import { eventually, eventuallyHolds } from '#testing';
import { LedgerClient } from '../../stack/src/ledger-client.js';
import { RunningStack, type Ready } from './running-stack.js';
import { SmallDisk } from './small-disk.js';

// The stack of `npm start` recovers from everything that can happen on a machine. All tests share one stack,
// because a start takes seconds.

/** Only a hang takes so long, also on a machine that is busy with something else. */
jest.setTimeout(600_000);
const STANDS_UP_MS_MAX = 180_000;
const APPS = ['projector', 'api', 'intake', 'sweeper'] as const;
/** A device of Linux that rejects every write, like a full disk. */
const FULL_DEVICE = '/dev/full';

const disk = SmallDisk.mount(300);

describe('The stack recovers', () => {
  const stack = disk === null ? new RunningStack() : new RunningStack(disk.path);
  const user = randomUUID();
  let ports: Readonly<Record<string, string>>;
  let ready: Ready;

  beforeAll(async () => {
    const [api, kafka, postgres] = (await freePorts(3)).map(String);
    ports = { API_PORT: `${api}`, KAFKA_PORT: `${kafka}`, POSTGRES_PORT: `${postgres}` };
    ready = await start();
    expect(await post('RechargePoints', 'first', { points: 1_000, expires_at: null })).toBe(1_000);
  });

  afterAll(async () => {
    expect(await stack.stop()).toBe(0);
    if (disk === null) stack.remove();
    else disk.unmount();
  });

  const start = (): Promise<Ready> => stack.start({ DEMO: 'off', ...ports });

  /** Sends a command over HTTP until it is answered, as every sender does, and returns the balance. */
  async function post(type: string, id: string, data: object): Promise<number> {
    let balance = 0;
    await eventually(async () => {
      const response = await fetch(`${ready.api}/v1/commands/${type}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${ready.tokens.service}`,
          'content-type': 'application/json',
          'idempotency-key': `${user}-${id}`,
        },
        body: JSON.stringify({ user_id: user, ...data }),
      });
      const text = await response.text();
      expect([response.status, text]).toEqual([200, text]);
      balance = (JSON.parse(text) as CommandOutcome).balance ?? Number.NaN;
    }, STANDS_UP_MS_MAX);
    return balance;
  }

  const consume = (id: string): Promise<number> =>
    post('ConsumePoints', id, { points: 1, source_type: 'polish' });

  /** Sends a command over Kafka until it is answered, as every sender does, and returns the outcome. */
  async function publish(id: string): Promise<CommandOutcome> {
    const body: CommandBody = {
      type: 'ConsumePoints',
      data: { user_id: user, points: 1, source_type: 'polish' },
    };
    let outcome: CommandOutcome | undefined;
    await eventually(async () => {
      const client = await LedgerClient.connect([ready.kafka], '/stands-up');
      try {
        outcome = await client.send(body, id);
      } finally {
        await client.close().catch(() => undefined);
      }
    }, STANDS_UP_MS_MAX);
    return outcome as CommandOutcome;
  }

  /** A small message may fit into the last page of a file, which the full disk has already. */
  async function publishMoreThanFits(): Promise<void> {
    const retry = { retries: 0 };
    const kafka = connectKafka({ brokers: [ready.kafka], clientId: 'large', retry });
    const producer = kafka.producer({ retry });
    await producer.connect();
    try {
      const value = 'x'.repeat(256 * 1024);
      await producer.send({ topic: TOPICS.commands, messages: [{ key: user, value }] });
    } finally {
      await producer.disconnect().catch(() => undefined);
    }
  }

  async function rowsShow(balance: number): Promise<void> {
    await eventually(async () => {
      const response = await fetch(`${ready.api}/v1/users/${user}/balance`, {
        headers: { authorization: `Bearer ${ready.tokens.service}` },
      });
      expect(await response.json()).toMatchObject({ balance });
    }, STANDS_UP_MS_MAX);
  }

  const said = (line: string): Promise<void> =>
    eventuallyHolds(line, () => stack.said.includes(line), STANDS_UP_MS_MAX);

  const numberIn = (...path: string[]): number =>
    Number.parseInt(readFileSync(join(stack.dataDir, ...path), 'utf8'), 10);

  /** The values in the logs of the processes. */
  function appPids(): readonly number[] {
    return APPS.map((app) => {
      const log = readFileSync(join(stack.dataDir, 'logs', `${app}.log`), 'utf8');
      return (JSON.parse(log.trim().split('\n').at(-1) ?? '{}') as { pid: number }).pid;
    });
  }

  it('when Postgres is killed: it is restarted on its port, without loss or duplicates', async () => {
    const before = await publish('before');
    expect(before).toMatchObject({ status: 'accepted', balance: 999 });
    const answers = Promise.all(['a', 'b', 'c'].map(consume));
    process.kill(numberIn('postgres', 'postmaster.pid'), 'SIGKILL');
    await answers;
    await said('Postgres ended (SIGKILL); it is started again in');
    await said('Postgres runs again');
    expect(await consume('d')).toBe(995);
    expect(await publish('before')).toEqual({ ...before, replayed: true });
    await rowsShow(995);
  });

  it('when Kafka is killed: it is restarted on its port, without loss or duplicates', async () => {
    const before = await publish('kafka-before');
    process.kill(numberIn('kafka', 'broker.pid'), 'SIGKILL');
    await said('Kafka ended (SIGKILL); it is started again in');
    await said('Kafka runs again');
    expect(await publish('kafka-before')).toEqual({ ...before, replayed: true });
    expect(await publish('kafka-after')).toMatchObject({ status: 'accepted', balance: 993 });
    await rowsShow(993);
  });

  it('is not started twice on one data directory', async () => {
    const second = new RunningStack(stack.dataDir);
    await expect(second.start({ DEMO: 'off' })).rejects.toThrow(
      /it ended: \s*A stack already runs on .* \(process \d+\): stop that one first/,
    );
    expect(await consume('during')).toBe(992);
  });

  it('when its supervisor is killed: the next start works at once, on the same ports', async () => {
    const before = await publish('killed-before');
    const orphans = appPids();
    const servers = [numberIn('postgres', 'postmaster.pid'), numberIn('kafka', 'broker.pid')];
    await stack.kill();
    const next = await start();
    expect([next.api, next.kafka, next.database]).toEqual([ready.api, ready.kafka, ready.database]);
    ready = next;
    for (const pid of [...orphans, ...servers]) expect(await identityOf(pid)).toBeNull();
    expect(await publish('killed-before')).toEqual({ ...before, replayed: true });
    expect(await publish('killed-after')).toMatchObject({ status: 'accepted', balance: 990 });
    await rowsShow(990);
  });

  it('leaves nothing running when its supervisor is killed and not started again', async () => {
    const left = [
      ...appPids(),
      numberIn('postgres', 'postmaster.pid'),
      numberIn('kafka', 'broker.pid'),
    ];
    await stack.kill();
    await eventually(async () => {
      for (const pid of left) expect(await identityOf(pid)).toBeNull();
    }, STANDS_UP_MS_MAX);
    // For the following tests every log is on a full disk, if the system has one.
    const logs = join(stack.dataDir, 'logs');
    for (const name of readdirSync(logs)) rmSync(join(logs, name));
    if (existsSync(FULL_DEVICE)) {
      for (const app of APPS) symlinkSync(FULL_DEVICE, join(logs, `${app}.log`));
    }
    ready = await start();
  });

  it('continues while its logs can’t be written', async () => {
    expect(await publish('unlogged')).toMatchObject({ status: 'accepted', balance: 989 });
  });

  it('runs an app that can’t write its log, and counts the lost lines', async () => {
    const port = await freePort();
    const full = openSync(existsSync(FULL_DEVICE) ? FULL_DEVICE : '/dev/null', 'w');
    const { database } = stack.addresses().of.sweeper;
    const app = spawn(process.execPath, ['dist/apps/sweeper/src/main.js'], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        DATABASE_URL: database,
        EVENT_STORE: database,
        PORT: String(port),
      },
      stdio: ['ignore', full, 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => app.once('close', resolve));
    await isReady(app, port);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const [, lost] = /^ledger_log_lines_lost_total\{.*\} (\d+)$/m.exec(metrics) ?? [];
    expect(Number(lost) > 0).toBe(existsSync(FULL_DEVICE));
    app.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  if (disk === null) {
    it('is not tested on a full disk here, because this user may not mount a small one', () => {
      expect(SmallDisk.mount(1)).toBeNull();
    });
  } else {
    it('when its disk was full: everything continues by itself as soon as there is space', async () => {
      disk.fill();
      // Kafka ends when it can't write, and is restarted until it can.
      const answer = publish('on-a-full-disk');
      await expect(publishMoreThanFits()).rejects.toThrow();
      await said('Kafka ended (exit code 1, the disk is full); it is started again in');
      await said('Kafka could not be started again');
      disk.makeRoom();
      await said('Kafka runs again');
      expect(await answer).toMatchObject({ status: 'accepted', balance: 988 });
      expect(await consume('space-again')).toBe(987);
      await rowsShow(987);
    });
  }

  async function isReady(app: ChildProcess, port: number): Promise<void> {
    await eventually(async () => {
      if (app.exitCode !== null) throw new Error(`it ended with ${app.exitCode}`);
      expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
    }, STANDS_UP_MS_MAX);
  }
});
