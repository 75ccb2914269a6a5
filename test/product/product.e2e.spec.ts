import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import {
  TOPICS,
  transactionsPage,
  type CommandBody,
  type CommandOutcome,
  type TransactionsPage,
} from '#contracts';
import { connectKafka } from '#kafka';
import { eventually } from '#testing';
import { DemoOldService } from '../../stack/src/demo-old-service.js';
import { DEMO_USER_TAKEN_OVER } from '../../stack/src/demo.js';
import { LedgerClient } from '../../stack/src/ledger-client.js';
import { RunningStack, type Ready } from './running-stack.js';

// The whole product as `npm start` runs it, with a real Postgres, a real Kafka and a process for each app.

describe('The product', () => {
  const stack = new RunningStack();
  let ready: Ready;
  let client: LedgerClient;

  beforeAll(async () => {
    ready = await stack.start();
    client = await LedgerClient.connect([ready.kafka], '/e2e');
  });

  afterAll(async () => {
    await client.close();
    expect(await stack.stop()).toBe(0);
    stack.remove();
  });

  const get = (path: string, token: string = ready.tokens.service): Promise<Response> =>
    fetch(`${ready.api}${path}`, { headers: { authorization: `Bearer ${token}` } });

  async function rowsOf(
    user: string,
    position?: string | null,
  ): Promise<TransactionsPage['items']> {
    const after = position ? `&min_position=${position}` : '';
    const response = await get(`/v1/users/${user}/transactions?limit=100${after}`);
    expect(response.status).toBe(200);
    return transactionsPage.parse(await response.json()).items;
  }

  const send = (body: CommandBody, id: string = randomUUID()): Promise<CommandOutcome> =>
    client.send(body, id);

  const recharge = (user_id: string, points: number, expires_at: string | null = null) =>
    send({ type: 'RechargePoints', data: { user_id, points, expires_at } });

  const shown = (rows: TransactionsPage['items']) =>
    rows.map(({ type, amount, duration, description }) => [
      type,
      amount,
      duration === null ? '-' : `${duration}s`,
      description,
    ]);

  it('shows the demo’s rows, with their durations', async () => {
    expect(shown(await rowsOf(ready.users[0]))).toEqual([
      ['refund', 300, '-', '【声音克隆返还】'],
      ['consume', 300, '-', '【声音克隆】'],
      ['refund', 160, '-', '【视频生成返还】'],
      ['consume', 800, '30.25s', '【视频生成】'],
      ['consume', 70, '-', '【配音合成】'],
      ['consume', 120, '95.25s', '【配音合成】'],
      ['consume', 25, '12.5s', '【配音合成】'],
      ['consume', 35, '-', '【文案润色】'],
      ['consume', 120, '-', '【脚本生成】'],
      ['recharge', 300, '-', '【积分充值】'],
      ['recharge', 5000, '-', '【积分充值】'],
    ]);
    const [second] = [await rowsOf(ready.users[1])];
    expect(second.map(({ type }) => type)).toContain('expire');
  });

  it('shows a price, a debt that was collected, and a recharge that was charged back', async () => {
    const user = ready.users[3];
    expect(shown(await rowsOf(user))).toEqual([
      ['expire', 20, '-', '【充值撤销补扣】'],
      ['expire', 175, '-', '【充值撤销】'],
      ['consume', 25, '-', '【字幕翻译】'],
      ['recharge', 200, '-', '【积分充值】'],
      ['consume', 30, '-', '【视频生成补扣】'],
      ['recharge', 50, '-', '【积分充值】'],
      ['consume', 100, '26.5s', '【视频生成】'],
      ['recharge', 100, '-', '【积分充值】'],
    ]);
    const balance = await get(`/v1/users/${user}/balance`);
    expect(await balance.json()).toMatchObject({ balance: 0, held: 0, owed: 5 });
  });

  it('shows ninety days of the user whom the demo took over, and goes on with the account', async () => {
    const user_id = DEMO_USER_TAKEN_OVER;
    const { rows: old } = new DemoOldService(Date.now());
    const items: TransactionsPage['items'] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await get(`/v1/users/${user_id}/transactions?limit=100${cursor}`);
      const { items: more, next_cursor: next } = transactionsPage.parse(await page.json());
      items.push(...more);
      cursor = next === null ? null : `&cursor=${next}`;
    }
    const read = items.map((row) => [row.type, row.amount, row.balance_after, row.duration]);
    expect(read.reverse()).toEqual(
      old.map((row) => [row.type, row.amount, row.balanceAfter, row.duration]),
    );
    const left = old.at(-1)?.balanceAfter ?? 0;
    const spent = await send({
      type: 'ConsumePoints',
      data: { user_id, points: 10, source_type: 'script' },
    });
    expect(spent).toMatchObject({ status: 'accepted', balance: left - 10 });
    expect(shown(await rowsOf(user_id, spent.position))[0]).toEqual([
      'consume',
      10,
      '-',
      '【脚本生成】',
    ]);
  });

  it('executes the commands of rules 2, from the message to the row', async () => {
    const user_id = randomUUID();
    const of = { user_id, consumption_id: 'film-2' };
    await send({
      type: 'RechargePoints',
      data: { user_id, points: 100, expires_at: null, recharge_id: 'order' },
    });
    await send({
      type: 'ConsumePoints',
      data: { ...of, points: 40, source_type: 'video', settle_within: 600 },
    });
    const extended = await send({ type: 'ExtendConsumption', data: { ...of, points: 60 } });
    expect(extended).toMatchObject({ status: 'accepted', points: 60, balance: 0, owed: 0 });
    const settled = await send({ type: 'SettleConsumption', data: { ...of, points: 130 } });
    expect(settled).toMatchObject({ status: 'accepted', points: null, balance: 0, owed: 30 });
    const next = await recharge(user_id, 50);
    expect(next).toMatchObject({ points: 50, collected: 30, balance: 20, owed: 0 });
    const undo = { user_id, recharge_id: next.recharge_id ?? '' };
    const reversed = await send({
      type: 'ReverseRecharge',
      data: { ...undo, cause: 'payment_refunded' },
    });
    expect(reversed).toMatchObject({ points: 20, balance: 0, owed: 30, uncollected: 0 });
    const last = await send({ type: 'ReinstateRecharge', data: undo });
    expect(last).toMatchObject({ status: 'accepted', points: 20, balance: 20, owed: 0 });
    expect(shown(await rowsOf(user_id, last.position))).toEqual([
      ['refund', 20, '-', '【充值恢复】'],
      ['expire', 20, '-', '【充值撤销】'],
      ['consume', 30, '-', '【视频生成补扣】'],
      ['recharge', 50, '-', '【积分充值】'],
      ['consume', 60, '-', '【视频生成】'],
      ['consume', 40, '-', '【视频生成】'],
      ['recharge', 100, '-', '【积分充值】'],
    ]);
  });

  it('executes a command of each kind, from the message to the row', async () => {
    const user = randomUUID();
    const consumption_id = 'film-1';
    await recharge(user, 500);
    await send({
      type: 'ConsumePoints',
      data: {
        user_id: user,
        points: 100,
        source_type: 'video',
        settle_within: 600,
        consumption_id,
      },
    });
    const settled = await send({
      type: 'SettleConsumption',
      data: { user_id: user, consumption_id, points: 70, duration: 8.5 },
    });
    expect(settled).toMatchObject({ status: 'accepted', balance: 430, consumption_id });
    await send({ type: 'RefundPoints', data: { user_id: user, consumption_id, points: 20 } });
    const last = await recharge(user, 1, new Date(Date.now() + 86_400_000).toISOString());
    await send({ type: 'ExpirePoints', data: { user_id: user } });
    const rows = await rowsOf(user, last.position);
    expect(rows.map(({ type, amount, duration }) => [type, amount, duration])).toEqual([
      ['recharge', 1, null],
      ['refund', 20, null],
      ['refund', 30, null],
      ['consume', 100, 8.5],
      ['recharge', 500, null],
    ]);
    const balance = await get(`/v1/users/${user}/balance?min_position=${last.position}`);
    expect(await balance.json()).toMatchObject({ balance: 451, held: 0 });
  });

  it('executes the same command over HTTP, and recognises its repeat', async () => {
    const user = randomUUID();
    const post = () =>
      fetch(`${ready.api}/v1/commands/RechargePoints`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${ready.tokens.service}`,
          'content-type': 'application/json',
          'idempotency-key': `order-of-${user}`,
        },
        body: JSON.stringify({ user_id: user, points: 70, expires_at: null }),
      });
    const [first, again] = [await post(), await post()];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const outcome = (await first.json()) as CommandOutcome;
    expect(await again.json()).toMatchObject({ balance: 70, replayed: true });
    expect(await rowsOf(user, outcome.position)).toHaveLength(1);
  });

  it('executes a command that is published twice once, and refuses a refused one again', async () => {
    const user = randomUUID();
    const tooMuch: CommandBody = {
      type: 'ConsumePoints',
      data: { user_id: user, points: 10, source_type: 'tts', duration: 1.5 },
    };
    const refused = await send(tooMuch, 'job-1');
    expect(refused).toMatchObject({ status: 'refused', code: 'InsufficientPoints' });
    await recharge(user, 100);
    expect(await send(tooMuch, 'job-1')).toEqual({ ...refused, replayed: true });
    const first = await send(tooMuch, 'job-2');
    expect(await send(tooMuch, 'job-2')).toEqual({ ...first, replayed: true });
    expect(await rowsOf(user, first.position)).toHaveLength(2);
  });

  it('dead-letters invalid messages and continues', async () => {
    const user = randomUUID();
    const producer = connectKafka({ brokers: [ready.kafka], clientId: 'poison' }).producer({});
    await producer.connect();
    await producer.send({
      topic: TOPICS.commands,
      messages: [
        { key: user, value: 'no JSON' },
        { key: user, value: null },
        { key: user, value: '{}', headers: { ce_type: 'points.ConsumePoints.v9' } },
      ],
    });
    await producer.disconnect();
    expect(await recharge(user, 5)).toMatchObject({ status: 'accepted', balance: 5 });
    const metrics = await (await fetch(`${ready.probes['intake']}/metrics`)).text();
    expect(metrics).toMatch(/ledger_dead_letters_total\{reason="Invalid",app="intake"\} [3-9]/);
  });

  it('continues where it was when the intake is killed', async () => {
    const user = randomUUID();
    await recharge(user, 1_000);
    const pid = pidOf('intake');
    const sending = Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        send(
          { type: 'ConsumePoints', data: { user_id: user, points: 1, source_type: 'polish' } },
          `after-kill-${index}`,
        ),
      ),
    );
    process.kill(pid, 'SIGKILL');
    const outcomes = await sending;
    expect(outcomes.every(({ status }) => status === 'accepted')).toBe(true);
    await eventually(async () => {
      const answer = await get(`/v1/users/${user}/balance`);
      expect(await answer.json()).toMatchObject({ balance: 950 });
    });
    expect(stack.said).toContain('intake ended (SIGKILL)');
    expect(await rowsOf(user)).toHaveLength(51);
  });

  it('lets a user see only its own account', async () => {
    const own = `/v1/users/${ready.users[0]}/transactions`;
    const other = `/v1/users/${ready.users[1]}/transactions`;
    expect((await get(own, ready.tokens.user)).status).toBe(200);
    expect((await get(other, ready.tokens.user)).status).toBe(403);
    expect((await get(other, ready.tokens.auditor)).status).toBe(200);
  });

  it('logs in to the database with a role for each process that owns nothing', async () => {
    const { of, migration } = stack.addresses();
    const { rows } = await asking(
      migration ?? '',
      `select distinct usename as login from pg_stat_activity
       where application_name like 'points-ledger%' and datname = current_database() order by 1`,
    );
    const logins = rows.map(({ login }) => login as string);
    // The sweeper closes its connections between two sweeps.
    expect(logins.filter((login) => login !== 'points_sweeper')).toEqual([
      'points_api',
      'points_intake',
      'points_projector',
    ]);
    const passwords = [...Object.values(of).map(({ database }) => database), migration ?? ''];
    for (const password of passwords.map((url) => new URL(url).password)) {
      expect(password.length).toBeGreaterThan(20);
      if (password !== new URL(of.auditor.database).password) {
        expect(stack.said).not.toContain(password);
      }
    }
    for (const { database } of Object.values(of)) {
      for (const sql of ['delete from event_store.events', 'reset role; drop schema event_store']) {
        await expect(asking(database, sql)).rejects.toThrow(
          /events are only ever added|denied|owner/,
        );
      }
    }
  });

  it('rebuilds the read tables as their owner, and continues with them as a role that owns nothing', async () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['dist/stack/src/with-stack.js', 'projector', 'rebuild'],
      { env: { ...process.env, NODE_OPTIONS: '', DATA_DIR: stack.dataDir }, encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    const { position } = await recharge(randomUUID(), 3);
    const user = randomUUID();
    const last = await recharge(user, 7);
    expect(position).not.toBe(last.position);
    expect(await rowsOf(user, last.position)).toHaveLength(1);
  });

  it('keeps its data, keys and logs private to its owner', () => {
    const modeOf = (name: string): number => statSync(join(stack.dataDir, name)).mode & 0o077;
    const secrets = ['jwt-secret', 'cursor-secret', 'snapshot-secret', 'database-secret'];
    for (const name of ['kafka', 'logs', 'ready.json', 'running', ...secrets]) {
      expect([name, modeOf(name)]).toEqual([name, 0]);
    }
    // Run by root, Postgres is another user, which has to traverse the directory.
    expect(modeOf('.') & 0o066).toBe(0);
  });

  it('is ready in every part', async () => {
    for (const address of Object.values(ready.probes)) {
      expect((await fetch(`${address}/health/ready`)).status).toBe(200);
    }
  });

  it('keeps the data and does not seed the demo twice when it starts again', async () => {
    const before = await rowsOf(ready.users[0]);
    await client.close();
    expect(await stack.stop()).toBe(0);
    ready = await stack.start();
    client = await LedgerClient.connect([ready.kafka], '/e2e');
    expect(await rowsOf(ready.users[0])).toEqual(before);
  });

  async function asking(url: string, sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }

  /** The value in the log of the process. */
  function pidOf(app: string): number {
    const log = readFileSync(join(stack.dataDir, 'logs', `${app}.log`), 'utf8');
    const last = log.trim().split('\n').at(-1) ?? '{}';
    return (JSON.parse(last) as { pid: number }).pid;
  }
});
