import { join } from 'node:path';
import { sleep } from '#async';
import { pathToFileURL } from 'node:url';
import { TOPICS } from '#contracts';
import { connectKafka } from '#kafka';
import { eventually } from '#testing';
import { RunningStack, type Ready } from '../product/running-stack.js';
import { memoryTrend, type MemoryTrend } from './memory-trend.js';
import { SteadyLoad } from './steady-load.js';

// Measures the memory of every app of `npm start` under a constant load.
const MINUTES = Number(process.env['MEMORY_MINUTES'] ?? 10);

const COMMANDS_PER_SECOND = 200;
const TICK_MS = 100;
const SAMPLES = 200;
/** The allowed growth from the first to the last third after the warm-up. */
const GROWTH_MB_MAX = 8;
/** With fewer sweeps the test would not exercise the sweeper. */
const SWEPT_PER_SECOND_MIN = 3;

const USERS = Array.from(
  { length: 20 },
  (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-00000000feed`,
);
/**
 * Users without activity of their own, whose points have to be swept. There are so many that their
 * points fall due and are swept before the next recharge, which would record the expiry itself.
 */
const SLEEPERS = Array.from(
  { length: 200 },
  (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-0000000dead0`,
);
/** The idempotency window is small, so that it is full within the warm-up and later growth is a leak. */
const POLICY = { rememberDays: 0, rememberMin: 10, rememberMax: 50, consumptionsMax: 20 };

describe(`The processes under a steady load of ${COMMANDS_PER_SECOND} commands/s for ${MINUTES} minutes`, () => {
  const stack = new RunningStack();
  let ready: Ready;
  /** The end of the load. All parts of it end with the first that fails. */
  let until = 0;

  beforeAll(async () => {
    const collecting = pathToFileURL(join(import.meta.dirname, 'collect-garbage.mjs'));
    ready = await stack.start({
      DEMO: 'off',
      LEDGER_POLICY: JSON.stringify(POLICY),
      NODE_OPTIONS: `--import ${collecting.href}`,
    });
  }, 180_000);
  afterAll(async () => {
    expect(await stack.stop()).toBe(0);
    stack.remove();
  }, 60_000);

  it(
    'use no more memory at the end than after the warm-up',
    async () => {
      until = Date.now() + MINUTES * 60_000;
      const [published, requests, held] = await Promise.all([
        publish(),
        sendRequests(),
        sample(),
      ] as const).finally(() => (until = 0));
      await eventually(async () =>
        expect(await answersOf('intake')).toBeGreaterThanOrEqual(published),
      );
      const trends = new Map([...held].map(([app, samples]) => [app, memoryTrend(samples)]));
      report(published, requests, trends);
      expect(stack.said).not.toContain('is started again');
      expect(await answersOf('sweeper')).toBeGreaterThan(MINUTES * 60 * SWEPT_PER_SECOND_MIN);
      const grown = [...trends].filter(([, { grew }]) => grew > GROWTH_MB_MAX);
      expect(grown).toEqual([]);
    },
    MINUTES * 60_000 + 60_000,
  );

  async function publish(): Promise<number> {
    const load = new SteadyLoad(USERS, () => Date.now());
    const producer = connectKafka({ brokers: [ready.kafka], clientId: 'steady' }).producer({});
    await producer.connect();
    const startedAt = Date.now();
    let published = 0;
    while (Date.now() < until) {
      const due = Math.ceil(((Date.now() - startedAt) / 1_000) * COMMANDS_PER_SECOND) - published;
      const messages = load.next(due);
      await producer.send({ topic: TOPICS.commands, acks: -1, messages });
      published += due;
      await sleep(TICK_MS);
    }
    await producer.disconnect();
    return published;
  }

  /** Requests pages, opens and leaves streams, and sends commands over HTTP. */
  async function sendRequests(): Promise<number> {
    let round = 0;
    for (; Date.now() < until; round++) {
      const user = USERS[round % USERS.length] ?? '';
      const own = `/v1/users/${user}`;
      await Promise.all([
        read(`${own}/transactions?limit=20`),
        read(`${own}/balance`),
        read(`${own}/usage?tz=UTC`),
        read(`${own}/events?limit=20`),
        listen(`${own}/transactions/stream`),
        recharge(SLEEPERS[round % SLEEPERS.length] ?? '', round),
      ]);
      await sleep(TICK_MS);
    }
    return round * 6;
  }

  const as = (role: keyof Ready['tokens']) => ({ authorization: `Bearer ${ready.tokens[role]}` });

  async function read(path: string): Promise<void> {
    const response = await fetch(`${ready.api}${path}`, { headers: as('auditor') });
    expect([path, response.status]).toEqual([path, 200]);
    await response.arrayBuffer();
  }

  async function listen(path: string): Promise<void> {
    const leave = new AbortController();
    const { signal } = leave;
    const response = await fetch(`${ready.api}${path}`, { headers: as('auditor'), signal });
    expect([path, response.status]).toEqual([path, 200]);
    await response.body?.getReader().read();
    leave.abort();
  }

  async function recharge(user_id: string, number: number): Promise<void> {
    const expires_at = new Date(Date.now() + 10_000).toISOString();
    const response = await fetch(`${ready.api}/v1/commands/RechargePoints`, {
      method: 'POST',
      headers: {
        ...as('service'),
        'content-type': 'application/json',
        'idempotency-key': `steady-${number}`,
      },
      body: JSON.stringify({ user_id, points: 1, expires_at }),
    });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  }

  async function sample(): Promise<Map<string, number[]>> {
    const held = new Map<string, number[]>();
    const pauseMs = (MINUTES * 60_000) / SAMPLES;
    while (Date.now() < until) {
      for (const [app, address] of Object.entries(ready.probes)) {
        const figures = await figuresOf(address);
        held.set(app, [
          ...(held.get(app) ?? []),
          figures('process_resident_memory_bytes') / 2 ** 20,
        ]);
      }
      await sleep(pauseMs);
    }
    return held;
  }

  async function figuresOf(address: string): Promise<(name: string) => number> {
    // The server may close a kept-alive connection at the same moment.
    const headers = { connection: 'close' };
    const text = await (await fetch(`${address}/metrics`, { headers })).text();
    return (name) =>
      [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
        (sum, [, value]) => sum + Number(value),
        0,
      );
  }

  const answersOf = async (app: string): Promise<number> =>
    (await figuresOf(ready.probes[app] ?? ''))('ledger_commands_total');

  function report(
    published: number,
    requests: number,
    trends: ReadonlyMap<string, MemoryTrend>,
  ): void {
    const lines = [...trends].map(([app, { early, late, most, grew }]) =>
      [
        app.padEnd(10),
        ...[early, late, grew, most].map((mb) => `${mb.toFixed(1).padStart(8)}`),
      ].join(''),
    );
    process.stdout.write(
      [
        `memory: ${MINUTES} min, ${published} commands published, ${requests} requests, RSS in MiB`,
        `${'process'.padEnd(10)}${['early', 'late', 'grew', 'most'].map((head) => head.padStart(8)).join('')}`,
        ...lines,
        '',
      ].join('\n'),
    );
  }
});
