import { generateKeyPairSync } from 'node:crypto';
import { accountStream } from '#identity';
import { TestLedger } from '../testing/test-ledger.js';
import { ANNA, BO, SAMPLE_COMMANDS, dayTime, writeSampleLedger } from '../testing/sample-ledger.js';
import { PostgresSource } from '../store/postgres-source.js';
import { inlineWorkerPool } from '../testing/inline-worker-pool.js';
import type { Anchor, SignedAnchor } from '../evidence/anchor-file.js';
import { signStore } from './sign-store.js';
import { compareAnchors } from '../evidence/compare-anchors.js';

const { privateKey } = generateKeyPairSync('ed25519');

let ledger: TestLedger;
let anchor: SignedAnchor;
beforeAll(async () => {
  ledger = await TestLedger.open();
  anchor = await anchored(null);
});
afterAll(() => ledger.close());

async function make(after: Anchor | null) {
  const source = new PostgresSource(ledger.url);
  try {
    const time = '2030-02-01T00:00:00.000Z';
    return await signStore(source, inlineWorkerPool(source), { key: privateKey, time, after });
  } finally {
    await source.close();
  }
}

async function anchored(after: Anchor | null): Promise<SignedAnchor> {
  const made = await make(after);
  if (made.anchor === null) throw new Error('nothing was signed');
  return made.anchor;
}

const foundIn = (tamper: () => Promise<unknown>) =>
  ledger.withTampering(tamper, async () => {
    const { findings } = await ledger.verify({ anchors: [anchor] });
    return findings.sorted().map(({ kind }) => kind);
  });

describe('an anchor', () => {
  it('is held by the store that it was made of', async () => {
    const { findings } = await ledger.verify({ anchors: [anchor] });
    expect(findings.sorted()).toEqual([]);
  });

  it('shows the tail cut, although the head was rewound', async () => {
    const whole = async () => {
      const last = Number(anchor.position.split(':')[1]);
      await ledger.sql('delete from event_store.events where position > $1', last - 2);
      await ledger.sql('update event_store.head set position = $1', last - 2);
    };
    expect(
      await ledger.withTampering(whole, async () => (await ledger.verify()).findings.isClean),
    ).toBe(true);
    expect(await foundIn(whole)).toEqual(['anchor-beyond-end']);
  });

  it('shows a store that is empty', async () => {
    const empty = async () => {
      await ledger.sql('delete from event_store.events');
      await ledger.sql('update event_store.head set position = 0');
    };
    expect(await foundIn(empty)).toEqual(['anchor-beyond-end']);
  });

  it('shows the whole table rewritten with fresh hashes', async () => {
    const rewritten = () =>
      ledger.rewrite(accountStream(ANNA), 0, (data) => (data['sourceId'] = 'order-of-another'));
    expect(
      await ledger.withTampering(rewritten, async () => (await ledger.verify()).findings.isClean),
    ).toBe(true);
    expect(await foundIn(rewritten)).toEqual(['anchor-events-differ', 'anchor-accounts-differ']);
  });

  it('shows an account removed and the positions closed up', async () => {
    const removed = async () => {
      await ledger.sql('delete from event_store.events where stream = $1', accountStream(BO));
      await ledger.sql(`update event_store.events e set position = -n.place from (
        select position, row_number() over (order by position) as place from event_store.events
      ) n where n.position = e.position`);
      await ledger.sql('update event_store.events set position = -position');
      await ledger.sql(
        'update event_store.head set position = (select max(position) from event_store.events)',
      );
    };
    expect(
      await ledger.withTampering(removed, async () => (await ledger.verify()).findings.isClean),
    ).toBe(true);
    expect(await foundIn(removed)).toEqual(['anchor-beyond-end']);
  });

  it('shows the order between accounts changed, which no chain covers', async () => {
    const swapped = async () => {
      await ledger.sql('update event_store.events set position = 9000 where position = 1');
      await ledger.sql('update event_store.events set position = 1 where position = 2');
      await ledger.sql('update event_store.events set position = 2 where position = 9000');
    };
    expect(
      await ledger.withTampering(swapped, async () => (await ledger.verify()).findings.isClean),
    ).toBe(true);
    expect(await foundIn(swapped)).toEqual(['anchor-events-differ']);
  });

  it('is not made of a store that is damaged', async () => {
    const made = await ledger.withTampering(
      () => ledger.sql(`update event_store.events set data = data || ' ' where position = 5`),
      () => make(null),
    );
    expect(made.anchor).toBeNull();
    expect([...made.verified.findings.counts.keys()]).toEqual(['hash-broken']);
  });

  it('is held by the store that went on, and shown to be by the one after it', async () => {
    const more = [
      { ...SAMPLE_COMMANDS[0], id: 'more', at: dayTime(30), type: 'RechargePoints' as const },
    ];
    await writeSampleLedger(ledger.store, {
      commands: more.map((sent) => ({ data: {}, ...sent })),
    });
    const next = await anchored(anchor);
    expect(next.size).toBe(anchor.size + 3);
    expect(next.previous?.size).toBe(anchor.size);
    expect(compareAnchors(anchor, next)).toBe('consistent');
    expect(compareAnchors({ ...anchor, eventsRoot: '0'.repeat(64) }, next)).toBe('inconsistent');
    expect((await ledger.verify({ anchors: [anchor, next] })).findings.sorted()).toEqual([]);
  });
});
