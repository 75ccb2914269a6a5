import { accountStream } from '#identity';
import { TestLedger } from '../testing/test-ledger.js';
import { ANNA } from '../testing/sample-ledger.js';
import type { Damage } from './findings.js';

// A forger who can compute hashes but does not follow the rules: every hash fits, the events do not.

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await TestLedger.open();
});
afterAll(() => ledger.close());

const anna = accountStream(ANNA);

type Data = Record<string, unknown> & {
  draws: { batchId: number; points: number }[];
  returns: { from: number; into: number; points: number; expiresAt: string | null }[];
};

const forged = (revision: number, change: (data: Data) => void): Promise<readonly Damage[]> =>
  ledger.withTampering(
    () => ledger.rewrite(anna, revision, (data) => change(data as Data)),
    async () => (await ledger.verify()).findings.sorted(),
  );

const first = async (found: Promise<readonly Damage[]>) => (await found)[0];

describe('an event that the rules could not have produced', () => {
  it('is a changed balance', async () => {
    const found = await forged(2, (data) => (data['balanceAfter'] = 1_990));
    expect(found[0]).toMatchObject({ kind: 'rule-broken', stream: anna, revision: 2 });
    expect(found[0]?.detail).toContain('balanceAfter says 1990');
  });

  it('draws points from the wrong batch', async () => {
    const found = await first(forged(2, (data) => data.draws.reverse()));
    expect(found).toMatchObject({ kind: 'rule-broken', revision: 2 });
    expect(found?.detail).toContain('turn');
  });

  it('is a draw in two where one is enough', async () => {
    const split = (data: Data) => {
      const [only] = data.draws.splice(1);
      if (only) data.draws.push({ ...only, points: 4 }, { ...only, points: only.points - 4 });
    };
    const found = await first(forged(2, split));
    expect(found).toMatchObject({ kind: 'rule-broken', revision: 2 });
    expect(found?.detail).toContain('draws.1.points is 4');
  });

  it('is more refunded than was drawn', async () => {
    const revision = await revisionOf('PointsRefunded', (data) => data['cause'] === 'refunded');
    const more = (data: Data) => {
      for (const back of data.returns) back.points += 500;
      data['points'] = Number(data['points']) + 500;
      data['balanceAfter'] = Number(data['balanceAfter']) + 500;
    };
    expect(await first(forged(revision, more))).toMatchObject({ kind: 'rule-broken', revision });
  });

  it('is a refund into a grace batch of another midnight', async () => {
    const revision = await revisionOf('PointsRefunded', (data) =>
      (data['returns'] as Data['returns']).some(({ from, into }) => from !== into),
    );
    const longer = (data: Data) => {
      for (const back of data.returns) {
        if (back.from !== back.into) back.expiresAt = '2039-01-01T00:00:00.000Z';
      }
    };
    const found = await first(forged(revision, longer));
    expect(found).toMatchObject({ kind: 'rule-broken', revision });
    expect(found?.detail).toContain('expiresAt is "2039-01-01');
  });

  it('is a batch under a number of its own choosing', async () => {
    const found = await forged(0, (data) => (data['batchId'] = 7));
    expect(found[0]).toMatchObject({ kind: 'rule-broken', revision: 0 });
    expect(found[0]?.detail).toContain('batchId is 7');
  });

  it('is an expiry that did not happen when it was due', async () => {
    const revision = await revisionOf('PointsExpired', () => true);
    const later = (data: Data) => {
      data['type'] = 'PointsExpired';
      data['points'] = Number(data['points']) - 1;
      data['balanceAfter'] = Number(data['balanceAfter']) + 1;
    };
    expect(await first(forged(revision, later))).toMatchObject({ kind: 'rule-broken', revision });
  });

  it('is a refusal of what the balance covered', async () => {
    const revision = await revisionOf(
      'CommandRefused',
      ({ code }) => code === 'InsufficientPoints',
    );
    const cheaper = (data: Data) => ((data['details'] as { asked: number }).asked = 1);
    const found = await first(forged(revision, cheaper));
    expect(found).toMatchObject({ kind: 'rule-broken', revision });
    expect(found?.detail).toContain('did not hold then');
  });

  it('is a command of more points than one may move', async () => {
    const found = await first(
      forged(0, (data) => (data['points'] = data['balanceAfter'] = 1_500_000_000)),
    );
    expect(found?.detail).toBe('a command of 1500000000 points');
  });

  it('is a batch that lives until a day that there is not', async () => {
    const found = await first(
      forged(0, (data) => (data['expiresAt'] = '2031-02-29T00:00:00.000Z')),
    );
    expect(found?.detail).toBe('a time that there is not, 2031-02-29T00:00:00.000Z');
  });

  it('is what happened on a day that there is not', async () => {
    const last = (await eventsOf()).length - 1;
    const day = '2039-02-29T00:00:00.000Z';
    const found = await forged(last, (data) => (data['at'] = data['receivedAt'] = day));
    const detail = `a time that there is not, ${day}`;
    expect(found).toContainEqual(
      expect.objectContaining({ kind: 'rule-broken', revision: last, detail }),
    );
  });

  it('is a command of another sender', async () => {
    const other = '11111111-1111-5111-8111-111111111111';
    const found = await forged(1, (data) => (data['commandId'] = other));
    expect(found.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['id-not-derived', 'command-not-derived']),
    );
  });
});

async function revisionOf(
  type: string,
  suits: (data: Record<string, unknown>) => boolean,
): Promise<number> {
  for (const event of await eventsOf()) {
    if (event.type === type && suits(JSON.parse(event.data) as Record<string, unknown>)) {
      return event.revision;
    }
  }
  throw new Error(`the story has no such ${type}`);
}

async function eventsOf() {
  const events = [];
  for await (const event of ledger.store.readStream(anna)) events.push(event);
  return events;
}
