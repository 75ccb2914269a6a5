import { EventStoreDbEventStore, type RecordedEvent } from '#event-store';
import { CHAIN_START, accountStream, chainHash } from '#identity';
import { parseEvent } from '#ledger';
import { EventStoreDbProtocolServer, eventStoreUrlFromEnv } from '#testing';
import { fixedSettings } from '#settings/testing';
import { AccountCommandProcessor } from './account-command-processor.js';
import { ORIGIN, consume, recharge, run, secondsLater, userOf } from './testing/index.js';

// Two processes on one EventStoreDB have their own processors, adapters and connections. The server
// is a double that behaves like version 23.10.4; TEST_EVENTSTORE_URL names a real one.

const real = eventStoreUrlFromEnv();
/** A test is over its limit before the double says that it dropped a repeat: it has to be looked up. */
const NEVER_MS = 600_000;
const server = new EventStoreDbProtocolServer({ commitTimeoutMs: NEVER_MS });
/** The user is new in each run, because a real server keeps the events of earlier runs. */
let user = '';
let users = 0;
const firstUser = Math.floor(Math.random() * 1e9);

beforeAll(async () => {
  if (real === null) await server.start();
});
afterAll(() => server.stop());

class Process {
  readonly store = new EventStoreDbEventStore(real ?? server.connectionString, {
    streamPrefixes: ['points-'],
    deadlineMs: NEVER_MS,
  });
  readonly processor = new AccountCommandProcessor({
    store: this.store,
    settings: fixedSettings(),
    limits: { attemptMsMax: NEVER_MS, retryMsMax: NEVER_MS },
  });

  async stop(): Promise<void> {
    await this.processor.drain(1_000);
    await this.store.close();
  }
}

let a: Process;
let b: Process;
beforeEach(() => {
  user = userOf(firstUser + (users += 1));
  [a, b] = [new Process(), new Process()];
});
afterEach(() => Promise.all([a.stop(), b.stop()]));

const of = (at: number) => ({ userId: user, at: secondsLater(at) });

/** Verifies that each stored hash is that of the event and the hash before it. */
async function expectWhole(): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  let before = CHAIN_START;
  for await (const event of a.store.readStream(accountStream(user))) {
    before = chainHash(before, event);
    expect(Buffer.from(event.hash)).toEqual(Buffer.from(before));
    events.push(event);
  }
  return events;
}

describe('Two processes on one EventStoreDB', () => {
  it('answer the same request a second later as a repeat, and leave the hash chain unbroken', async () => {
    await run(a.processor, recharge('r', 100, of(0)));
    // Makes the second process cache the state as it is now.
    await run(b.processor, consume('look', 1, of(0)));
    await run(a.processor, consume('look', 1, of(0)));
    const [first] = await run(a.processor, consume('same', 10, of(1)));
    const [again] = await run(b.processor, consume('same', 10, of(2)));
    expect(first?.answer).toMatchObject({ balance: 89, replayed: false });
    expect(again).toEqual({ ...first, answer: { ...first?.answer, replayed: true } });
    const [next] = await run(b.processor, consume('next', 5, of(3)));
    expect(next?.answer).toMatchObject({ balance: 84, replayed: false });
    await expectWhole();
  });

  it('refuse a reused id when the second one receives other content under it', async () => {
    await run(a.processor, recharge('r', 100, of(0)));
    await run(b.processor, consume('look', 1, of(0)));
    await run(a.processor, consume('look', 1, of(0)));
    const [first] = await run(a.processor, consume('same', 10, of(1)));
    const [second] = await run(b.processor, consume('same', 20, of(1)));
    expect(first?.answer).toMatchObject({ status: 'accepted', balance: 89 });
    expect(second?.answer).toMatchObject({ code: 'CommandIdReused', balance: 89 });
    const [next] = await run(b.processor, consume('next', 5, of(3)));
    expect(next?.answer).toMatchObject({ balance: 84 });
    const events = await expectWhole();
    expect(events.map((event) => parseEvent(event).balanceAfter)).toEqual([100, 99, 89, 84]);
  });

  it('both receive the first command of an account, and one of them records it', async () => {
    const [first, second] = await Promise.all([
      run(a.processor, recharge('r', 100, of(0))),
      run(b.processor, recharge('r', 100, of(1))),
    ]);
    expect([first[0], second[0]].map((one) => one?.answer.replayed).toSorted()).toEqual([
      false,
      true,
    ]);
    await Promise.all([
      run(a.processor, consume('x', 1, of(2))),
      run(b.processor, consume('y', 1, of(2))),
    ]);
    expect(await expectWhole()).toHaveLength(3);
  });

  it('both answer a message that both received at once, whichever recorded it', async () => {
    const processes = [a, b, new Process(), new Process()];
    const answers = await Promise.all(
      processes.map(({ processor }) => processor.run(recharge('r', 100, of(0)), ORIGIN)),
    );
    for (const { answer } of answers) expect(answer).toMatchObject({ balance: 100, revision: 0 });
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
    expect(await expectWhole()).toHaveLength(1);
    await Promise.all(processes.slice(2).map((one) => one.stop()));
  });

  it('leave every hash chain unbroken under the same commands in another order', async () => {
    const commands = [recharge('r', 1_000, of(0))];
    for (let i = 0; i < 40; i += 1) commands.push(consume(`c${i}`, 1, of(0)));
    await Promise.all([
      ...commands.map((command) => a.processor.run(command, ORIGIN)),
      ...commands.toReversed().map((command) => b.processor.run(command, ORIGIN)),
    ]);
    const events = await expectWhole();
    const ids = events.map((event) => parseEvent(event).commandId);
    expect(new Set(ids)).toEqual(new Set(commands.map(({ commandId }) => commandId)));
    expect(ids).toHaveLength(commands.length);
  });
});
