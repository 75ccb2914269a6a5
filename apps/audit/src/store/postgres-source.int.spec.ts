import { TestLedger } from '../testing/test-ledger.js';
import { EVENT_TYPES } from '../checks/event-types.js';
import type { Span } from './event-source.js';
import { PostgresSource } from './postgres-source.js';
import { positionFromNumber } from './postgres-position.js';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await TestLedger.open();
});
afterAll(() => ledger.close());

const span: Span = { after: positionFromNumber(10), upTo: positionFromNumber(30), events: 20 };

async function isWhole(of: Span = span, types: ReadonlySet<string> = EVENT_TYPES) {
  const source = new PostgresSource(ledger.url);
  try {
    return await source.isComplete(of, types);
  } finally {
    await source.close();
  }
}

describe('a span of positions', () => {
  it('is whole where each of its positions is there, under a type that is known', async () => {
    expect(await isWhole()).toBe(true);
    const consumed = new Set([...EVENT_TYPES].filter((type) => type !== 'PointsConsumed'));
    expect(await isWhole(span, consumed)).toBe(false);
  });

  it('is not where it holds another number than it must', async () => {
    expect(await isWhole({ ...span, events: 19 })).toBe(false);
    expect(await isWhole({ ...span, events: 21 })).toBe(false);
  });

  it.each(['delete from event_store.events where position = 20', 'truncate event_store.events'])(
    'is not after %s',
    async (bend) => expect(await ledger.withTampering(() => ledger.sql(bend), isWhole)).toBe(false),
  );
});
