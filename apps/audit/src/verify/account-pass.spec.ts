import { accountStream } from '#identity';
import { KnownSettings, knownSettings } from '../checks/known-settings.js';
import { accountLeaf } from '../evidence/merkle-hashes.js';
import type { StoredEvent, StreamDamage } from '../store/event-source.js';
import { MemoryEventSource, memoryPosition } from '../testing/memory-event-source.js';
import { sampleEvents, withChange } from '../testing/sample-events.js';
import { ANNA, BO, CHEN } from '../testing/sample-ledger.js';
import { runAccountPass, type AccountPassOptions } from './account-pass.js';

let events: StoredEvent[];
beforeAll(async () => {
  events = await sampleEvents();
});

const ALL = { kind: 'range', from: '', to: null } as const;

async function pass(
  stored: StoredEvent[],
  options: Partial<AccountPassOptions> = {},
  damaged: readonly StreamDamage[] = [],
) {
  let read = 0;
  const result = await runAccountPass(
    new MemoryEventSource(stored, { damaged }),
    {
      partition: ALL,
      upTo: memoryPosition(events.length),
      cuts: [],
      known: knownSettings(),
      ...options,
    },
    (more) => (read += more),
  );
  return { ...result, found: result.findings.sorted(), read };
}

/** The leaves of the accounts as of a position, computed plainly. */
function leavesAt(position: string): string {
  const newest = [ANNA, BO, CHEN].map((user) =>
    events.findLast((event) => event.stream === accountStream(user) && event.position <= position),
  );
  return newest.map((event) => (event === undefined ? '' : accountLeaf(event))).join('');
}

const DELETED: StreamDamage = {
  kind: 'stream-deleted',
  stream: 'points-gone',
  position: null,
  revision: null,
  detail: 'deleted',
};

describe('runAccountPass', () => {
  it('finds no damage in accounts that were not touched', async () => {
    const { found, accounts, events: count, read, unknownPolicies } = await pass(events);
    expect(found).toEqual([]);
    expect([accounts, count, read]).toEqual([3, events.length, events.length]);
    expect(unknownPolicies.size).toBe(0);
  });

  it('checks the accounts of its partition only', async () => {
    const partition = { kind: 'list', streams: [accountStream(BO)] } as const;
    const { accounts, events: count } = await pass(events, { partition });
    expect([accounts, count]).toEqual([1, events.length / 3]);
  });

  it('reads no events behind the position', async () => {
    const { events: count, accounts } = await pass(events, { upTo: memoryPosition(10) });
    expect([count, accounts]).toEqual([10, 3]);
  });

  it('finds damage in the account where it is', async () => {
    const stored = withChange(events, accountStream(BO), 5, { hash: 'ab'.repeat(32) });
    expect((await pass(stored)).found).toMatchObject([
      { kind: 'hash-broken', stream: accountStream(BO), revision: 5 },
    ]);
  });

  it('checks the last command of each account against the rules', async () => {
    const stored = events.filter(
      ({ stream, revision }) => stream !== accountStream(ANNA) || revision < 4,
    );
    expect((await pass(stored)).found).toEqual([]);
    const half = events.filter(
      ({ stream, revision }) => stream !== accountStream(ANNA) || revision < 5,
    );
    expect((await pass(half)).found).toMatchObject([
      { kind: 'rule-broken', stream: accountStream(ANNA), revision: 4 },
    ]);
  });

  it('counts the events of unknown policies over all accounts', async () => {
    const { unknownPolicies } = await pass(events, { known: new KnownSettings([], []) });
    expect([...unknownPolicies.values()]).toEqual([events.length]);
  });

  it('computes the leaves of the accounts as of each cut', async () => {
    const cuts = [4, 31, events.length].map(memoryPosition);
    const { leaves } = await pass(events, { cuts });
    expect(leaves.map((bytes) => bytes.toString('hex'))).toEqual(cuts.map(leavesAt));
  });

  it('gives no leaf for an account that had no event yet', async () => {
    const { leaves } = await pass(events, { cuts: [memoryPosition(2)] });
    expect(leaves[0]?.length).toBe(2 * 32);
  });

  it('counts a deleted account, which gives no event', async () => {
    const { accounts, damaged, eventsOfDamaged } = await pass(events, {}, [DELETED]);
    expect([accounts, eventsOfDamaged]).toEqual([4, 0]);
    expect(damaged).toEqual([DELETED]);
  });

  it('counts the events that a truncated account still gives', async () => {
    const truncated: StreamDamage = {
      kind: 'stream-truncated',
      stream: accountStream(ANNA),
      position: memoryPosition(1),
      revision: 0,
      detail: 'truncated',
    };
    const { accounts, eventsOfDamaged } = await pass(events, {}, [truncated]);
    expect([accounts, eventsOfDamaged]).toEqual([3, events.length / 3]);
  });

  it('finds nothing in an empty partition', async () => {
    expect(await pass([], { cuts: [memoryPosition(5)] })).toMatchObject({
      accounts: 0,
      events: 0,
      found: [],
      leaves: [Buffer.alloc(0)],
    });
  });
});
