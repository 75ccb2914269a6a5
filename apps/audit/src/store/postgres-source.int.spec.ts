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

describe('PostgresSource.isComplete', () => {
  it('is true of a span that holds each of its positions, with known types only', async () => {
    expect(await isWhole()).toBe(true);
    const consumed = new Set([...EVENT_TYPES].filter((type) => type !== 'PointsConsumed'));
    expect(await isWhole(span, consumed)).toBe(false);
  });

  it('is false of a span with another number of events than it must hold', async () => {
    expect(await isWhole({ ...span, events: 19 })).toBe(false);
    expect(await isWhole({ ...span, events: 21 })).toBe(false);
  });

  it.each(['delete from event_store.events where position = 20', 'truncate event_store.events'])(
    'is false after %s',
    async (statement) =>
      expect(await ledger.withTampering(() => ledger.sql(statement), isWhole)).toBe(false),
  );
});
