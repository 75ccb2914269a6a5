import { generateKeyPairSync } from 'node:crypto';
import { accountStream } from '#identity';
import type { SignedAnchor } from '../evidence/anchor-file.js';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import type { StoredEvent } from '../store/event-source.js';
import {
  MemoryEventSource,
  memoryPosition,
  type MemoryEventSourceOptions,
} from '../testing/memory-event-source.js';
import { sampleEvents, withChange, withForgedData } from '../testing/sample-events.js';
import { ANNA, BO } from '../testing/sample-ledger.js';
import { inlineWorkerPool } from '../testing/inline-worker-pool.js';
import { signStore } from './sign-store.js';
import { verifyStore, type VerifyOptions } from './verify-store.js';

const { privateKey } = generateKeyPairSync('ed25519');
const TIME = '2030-02-01T00:00:00.000Z';
const anna = accountStream(ANNA);

let events: StoredEvent[];
let anchor: SignedAnchor;
beforeAll(async () => {
  events = await sampleEvents();
  anchor = await signed(events);
});

async function signed(
  stored: readonly StoredEvent[],
  previous: SignedAnchor | null = null,
): Promise<SignedAnchor> {
  const source = new MemoryEventSource([...stored]);
  const options = { key: privateKey, time: TIME, after: previous };
  const result = await signStore(source, inlineWorkerPool(source), options);
  if (result.anchor === null) throw new Error('nothing was signed');
  return result.anchor;
}

async function verify(
  stored: readonly StoredEvent[],
  options: VerifyOptions = {},
  sourceOptions: MemoryEventSourceOptions = {},
) {
  const source = new MemoryEventSource([...stored], sourceOptions);
  const result = await verifyStore(source, inlineWorkerPool(source), options);
  return { ...result, kinds: [...result.findings.counts.keys()] };
}

describe('verifyStore', () => {
  it.each([
    { countsPositions: true },
    { countsPositions: false },
    { countsPositions: true, eventsPerSpan: 7 },
  ])('finds no damage in a store that was not touched: %j', async (sourceOptions) => {
    expect(await verify(events, {}, sourceOptions)).toMatchObject({
      kinds: [],
      events: events.length,
      accounts: 3,
      last: memoryPosition(events.length),
      snapshots: null,
    });
  });

  it('finds nothing in an empty store, and an anchor that it does not reach', async () => {
    expect(await verify([])).toMatchObject({ kinds: [], events: 0, accounts: 0, last: null });
    expect((await verify([], { anchors: [anchor] })).kinds).toEqual(['anchor-beyond-end']);
  });

  it('announces the events that both passes will read', async () => {
    const announced: (number | null)[] = [];
    const onStart = (total: number | null): void => void announced.push(total);
    await verify(events, { onStart });
    await verify(events, { onStart }, { countsPositions: false });
    expect(announced).toEqual([2 * events.length, null]);
  });

  it('finds that the tail was cut off, where the head says so', async () => {
    const head = memoryPosition(events.length);
    expect((await verify(events.slice(0, -6), {}, { head })).kinds).toEqual(['tail-cut']);
    expect((await verify([], {}, { head })).kinds).toEqual(['tail-cut']);
  });

  it('finds events behind the head', async () => {
    expect((await verify(events, {}, { head: memoryPosition(50) })).kinds).toEqual(['behind-head']);
    expect((await verify(events, {}, { head: null })).kinds).toEqual(['behind-head']);
  });

  it('finds damage by position and by account at once', async () => {
    const stored = withChange(events, anna, 3, { type: 'PointsGranted' });
    expect((await verify(stored)).kinds.sort()).toEqual(['hash-broken', 'unknown-type']);
  });

  it('finds events that their account does not give', async () => {
    class Forgetful extends MemoryEventSource {
      override async *accountEvents(...args: Parameters<MemoryEventSource['accountEvents']>) {
        for await (const page of super.accountEvents(...args)) {
          yield page.filter(({ stream }) => stream !== anna);
        }
      }
    }
    const source = new Forgetful(events);
    const { findings } = await verifyStore(source, inlineWorkerPool(source));
    expect(findings.sorted()).toMatchObject([
      { kind: 'passes-disagree', detail: '69 events by position, 46 by account' },
    ]);
  });

  it('reports what the store refuses as damage and checks the rest', async () => {
    class Refusing extends MemoryEventSource {
      override async *headers(): AsyncGenerator<never> {
        yield* [];
        throw new StoreRefusedError('broken-order', 'the log is broken');
      }
    }
    const source = new Refusing(withChange(events, anna, 5, { hash: 'ab'.repeat(32) }));
    const { findings } = await verifyStore(source, inlineWorkerPool(source));
    expect([...findings.counts.keys()].sort()).toEqual(['hash-broken', 'store-refuses']);
  });

  it('passes on any other error', async () => {
    class Failing extends MemoryEventSource {
      override async *headers(): AsyncGenerator<never> {
        yield* [];
        throw new TypeError('a bug');
      }
    }
    const source = new Failing(events);
    await expect(verifyStore(source, inlineWorkerPool(source))).rejects.toThrow('a bug');
  });
});

describe('verifyStore with an anchor', () => {
  it.each([{ countsPositions: true }, { countsPositions: false }])(
    'finds no damage in the store that was signed: %j',
    async (sourceOptions) => {
      expect((await verify(events, { anchors: [anchor] }, sourceOptions)).kinds).toEqual([]);
    },
  );

  it('accepts a store that has grown since', async () => {
    const early = await signed(events.slice(0, 30));
    expect((await verify(events, { anchors: [early, anchor] })).kinds).toEqual([]);
  });

  it('finds the tail cut off with the head rewound', async () => {
    const cut = events.slice(0, -2); // the last command of one account
    expect((await verify(cut)).kinds).toEqual([]);
    expect((await verify(cut, { anchors: [anchor] })).kinds).toEqual(['anchor-beyond-end']);
  });

  it('finds an account that was rewritten with new hashes', async () => {
    const forged = withForgedData(events, anna, 0, (data) => (data['sourceId'] = 'other'));
    expect((await verify(forged)).kinds).toEqual([]);
    expect((await verify(forged, { anchors: [anchor] })).kinds).toEqual([
      'anchor-events-differ',
      'anchor-accounts-differ',
    ]);
  });

  it('finds that the order between accounts was changed', async () => {
    const swapped = events.map((event) => {
      if (event.position === memoryPosition(1)) return { ...event, position: memoryPosition(2) };
      if (event.position === memoryPosition(2)) return { ...event, position: memoryPosition(1) };
      return event;
    });
    expect((await verify(swapped)).kinds).toEqual([]);
    expect((await verify(swapped, { anchors: [anchor] })).kinds).toEqual(['anchor-events-differ']);
  });

  it('can not check an anchor of another kind of store', async () => {
    const other = { ...anchor, store: 'eventstoredb' } as const;
    await expect(verify(events, { anchors: [other] })).rejects.toThrow(CannotCheckError);
  });
});

describe('signStore', () => {
  it('signs what the store holds', () => {
    expect(anchor).toMatchObject({
      store: 'postgres',
      time: TIME,
      size: events.length,
      position: memoryPosition(events.length),
      accounts: 3,
      previous: null,
    });
  });

  it('proves that the previous anchor is covered', async () => {
    const early = await signed(events.slice(0, 30));
    const late = await signed(events, early);
    expect(late.previous).toMatchObject({ size: 30, eventsRoot: early.eventsRoot });
    expect(late.previous?.proof.length).toBeGreaterThan(0);
  });

  it('does not sign a damaged store', async () => {
    const source = new MemoryEventSource(
      withChange(events, accountStream(BO), 5, { hash: 'ab'.repeat(32) }),
    );
    const options = { key: privateKey, time: TIME, after: null };
    const { anchor: made, verified } = await signStore(source, inlineWorkerPool(source), options);
    expect([made, verified.findings.isClean]).toEqual([null, false]);
  });

  it('does not sign a store that lost what the previous anchor covers', async () => {
    const source = new MemoryEventSource(events.slice(0, 30));
    const options = { key: privateKey, time: TIME, after: anchor };
    const { anchor: made, verified } = await signStore(source, inlineWorkerPool(source), options);
    expect(made).toBeNull();
    expect([...verified.findings.counts.keys()]).toEqual(
      expect.arrayContaining(['anchor-beyond-end']),
    );
  });

  it('has nothing to sign in an empty store', async () => {
    const source = new MemoryEventSource([]);
    const options = { key: privateKey, time: TIME, after: null };
    await expect(signStore(source, inlineWorkerPool(source), options)).rejects.toThrow(
      'an empty store has nothing to sign',
    );
  });
});
