import { ManualClock } from '../spec-support/manual-clock.js';
import { ScriptedTransport, UNKNOWN, retry } from '../spec-support/scripted-transport.js';
import type { Decision } from '../protocol/decision.js';
import {
  ClientClosedError,
  ForbiddenError,
  InvalidCommandError,
  UnauthorizedError,
} from '../protocol/errors.js';
import type { Outcome } from '../protocol/outcome.js';
import { FakeLedger } from '../testing/fake-ledger.js';
import { LedgerClient } from './ledger-client.js';
import { RefusedError, UnknownOutcomeError, isInsufficientPoints, orThrow } from './results.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';
const consume = { user_id: USER, points: 20, source_type: 'script', source_id: 'task-1' };

const outcome: Outcome = {
  command_id: 'job-1',
  command_source: '/test',
  command_type: 'ConsumePoints',
  user_id: USER,
  status: 'accepted',
  code: null,
  detail: null,
  balance: 80,
  owed: 0,
  points: 20,
  collected: null,
  uncollected: null,
  consumption_id: 'job-1',
  recharge_id: null,
  batch_id: null,
  position: 'p:5',
  replayed: false,
};
const ACCEPTED: Decision = { kind: 'accepted', outcome };

function scripted(...answers: readonly (Decision | Error)[]) {
  const transport = new ScriptedTransport().answer(...answers);
  const clock = new ManualClock();
  return { transport, clock, client: new LedgerClient({ transport, clock }) };
}

describe('a command', () => {
  it('is answered with its balance and its outcome', async () => {
    const { client } = scripted(ACCEPTED);
    expect(await client.consume(consume, { id: 'job-1' })).toEqual({
      status: 'accepted',
      id: 'job-1',
      user_id: USER,
      balance: 80,
      outcome,
    });
  });

  it('that is refused is a typed result, and an exception only for those who ask', async () => {
    const ledger = new FakeLedger();
    const client = new LedgerClient({ transport: ledger.transport() });
    await client.recharge({ user_id: USER, points: 5, expires_at: null }, { task: 'order-1' });
    const result = await client.consume(consume);
    expect(isInsufficientPoints(result)).toBe(true);
    expect(result).toMatchObject({ status: 'refused', code: 'InsufficientPoints', balance: 5 });
    expect(() => orThrow(result)).toThrow(RefusedError);
  });

  it('is sent again with the same id and the same bytes after the wait that the answer asks for', async () => {
    const { client, transport, clock } = scripted(retry(3_000), retry(1_000), ACCEPTED);
    const call = client.consume(consume);
    await clock.advance(2_999);
    expect(transport.sent).toHaveLength(1);
    await clock.advance(1);
    expect(transport.sent).toHaveLength(2);
    await clock.advance(1_000);
    expect(await call).toMatchObject({ status: 'accepted' });
    expect(new Set(transport.sent).size).toBe(1);
  });

  it('is not sent again at once where the answer asks for no wait', async () => {
    const { client, transport, clock } = scripted(retry(0), retry(0), ACCEPTED);
    const call = client.consume(consume);
    await clock.advance(199);
    expect(transport.sent).toHaveLength(2);
    await clock.advance(1);
    expect(await call).toMatchObject({ status: 'accepted' });
  });

  it.each([
    [{ kind: 'forbidden', detail: 'no right' } as const],
    [{ kind: 'unauthorized', detail: 'no token' } as const],
  ])('that may have been carried out before is unknown where now it is $kind', async (no) => {
    const { client, clock } = scripted(retry(null, true), no);
    const call = client.consume(consume);
    await clock.advance(1_000);
    expect(await call).toMatchObject({ status: 'unknown', reason: no.detail });
  });

  it('that waits to be sent again is waited for at close, and unknown when that is over', async () => {
    const answered = scripted(retry(3_000), ACCEPTED);
    const first = answered.client.consume(consume);
    const closing = answered.client.close();
    await answered.clock.advance(3_000);
    await closing;
    expect(await first).toMatchObject({ status: 'accepted' });

    const late = scripted(retry(20_000));
    const call = late.client.consume(consume);
    const ended = late.client.close();
    await late.clock.advance(10_000);
    await ended;
    expect(await call).toMatchObject({ status: 'unknown' });
    expect(late.clock.waiting).toBe(0);
  });

  it('whose outcome is looked up is unknown when its caller stops waiting', async () => {
    const stop = new AbortController();
    const reader = {
      outcome: () => {
        stop.abort();
        stop.signal.throwIfAborted();
        return Promise.resolve(null);
      },
    };
    const client = new LedgerClient({ transport: new ScriptedTransport(), reader });
    const found = client.outcome('job-1', { user_id: USER, signal: stop.signal });
    expect(await found).toMatchObject({ status: 'unknown' });
  });

  it('is sent again by a back-off that grows where the answer names no wait', async () => {
    const { client, transport, clock } = scripted(
      ...Array<Decision>(5).fill(retry(null)),
      ACCEPTED,
    );
    const call = client.consume(consume);
    const sentAtMs: number[] = [];
    const start = clock.now();
    while (transport.sent.length < 6) {
      const before = transport.sent.length;
      await clock.advance(10);
      if (transport.sent.length > before) sentAtMs.push(clock.now() - start);
    }
    await call;
    const waits = sentAtMs.map((ms, at) => ms - (sentAtMs[at - 1] ?? 0)).slice(1);
    expect(waits.at(-1)).toBeGreaterThan(2 * (waits[0] ?? 0));
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_610);
  });

  it('that is out of time is unknown, and never refused', async () => {
    const { client, transport, clock } = scripted(...Array<Decision>(9).fill(retry(10_000)));
    const call = client.consume(consume, { timeoutMs: 25_000 });
    await clock.advance(25_000);
    expect(await call).toMatchObject({ status: 'unknown', reason: 'not now', user_id: USER });
    expect(transport.sent).toHaveLength(3);
  });

  it('that is unknown is resumed with the same id and the same bytes', async () => {
    const { client, transport } = scripted(UNKNOWN, UNKNOWN, ACCEPTED);
    const result = await client.consume(consume);
    if (result.status !== 'unknown') throw new Error(result.status);
    expect(() => orThrow(result)).toThrow(UnknownOutcomeError);
    const again = await client.outcome(result.id);
    if (again.status !== 'unknown') throw new Error(again.status);
    expect(await again.resume()).toMatchObject({ status: 'accepted' });
    expect(new Set(transport.sent.map(({ id, value }) => id + value)).size).toBe(1);
  });

  it('of another process is looked up by its source, its user and its id', async () => {
    const asked: unknown[] = [];
    const answers = [null, outcome, { ...outcome, status: 'refused', code: 'NoPrice' } as Outcome];
    const reader = {
      outcome: async (name: unknown) => {
        asked.push(name);
        return answers.shift() ?? null;
      },
    };
    const client = new LedgerClient({ transport: new ScriptedTransport(), reader });
    const first = await client.outcome('job-1', { user_id: USER });
    if (first.status !== 'unknown') throw new Error(first.status);
    expect(await first.resume()).toMatchObject({ status: 'accepted', balance: 80 });
    const last = await client.outcome('job-1', { user_id: USER });
    expect(last).toMatchObject({ status: 'refused', code: 'NoPrice' });
    expect(asked[0]).toEqual({ user_id: USER, command_source: '/test', command_id: 'job-1' });
  });

  it.each([
    [InvalidCommandError, { kind: 'invalid', code: 'Invalid', detail: 'points must be more' }],
    [ForbiddenError, { kind: 'forbidden', detail: 'it may not send RechargePoints' }],
    [UnauthorizedError, { kind: 'unauthorized', detail: 'The token has expired.' }],
  ] as const)('throws what a service does wrong: %p', async (error, decision) => {
    const { client } = scripted(decision);
    await expect(client.consume(consume)).rejects.toThrow(error);
  });

  it('stops waiting when its caller does, and is unknown', async () => {
    const { client, clock } = scripted(retry(5_000));
    const stop = new AbortController();
    const call = client.consume(consume, { signal: stop.signal });
    await clock.advance(100);
    stop.abort();
    expect(await call).toMatchObject({ status: 'unknown' });
    expect(clock.waiting).toBe(0);
  });

  it('is not sent any more once the client is closed', async () => {
    const { client, transport } = scripted();
    await client.close();
    expect(transport.isClosed).toBe(true);
    await expect(client.consume(consume)).rejects.toThrow(ClientClosedError);
    await expect(client.publish(client.prepare('ConsumePoints', consume))).rejects.toThrow(
      ClientClosedError,
    );
  });

  it('carries the trace of its span, which ends with its result', async () => {
    const ends: unknown[] = [];
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const transport = new ScriptedTransport().answer(ACCEPTED, new Error('a bug'));
    const client = new LedgerClient({
      transport,
      tracing: { startSpan: () => ({ traceparent, end: (result) => void ends.push(result) }) },
    });
    await client.consume(consume);
    await expect(client.consume(consume)).rejects.toThrow('a bug');
    expect(transport.sent[0]?.traceparent).toBe(traceparent);
    expect(ends).toMatchObject([{ status: 'accepted' }, { status: 'error' }]);
    await client.publish(client.prepare('ConsumePoints', consume));
    expect(transport.published[0]?.traceparent).toBe(traceparent);
    const own = traceparent.replace('0af7', 'ffff');
    await client.publish(client.prepare('ConsumePoints', consume, { traceparent: own }));
    expect(transport.published[1]?.traceparent).toBe(own);
    expect(ends.slice(2)).toEqual([{ status: 'published' }, { status: 'published' }]);
  });
});
