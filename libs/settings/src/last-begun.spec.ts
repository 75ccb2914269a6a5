import fc from 'fast-check';
import { settingsInForce } from '#ledger/testing';
import { lastBegun } from './last-begun.js';
import { settingsOf } from './testing/index.js';

const moments = fc
  .date({
    min: new Date('2030-01-01T00:00:00.000Z'),
    max: new Date('2030-01-01T00:00:00.020Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());

describe('the version that began last', () => {
  it('is the one in force, as the rules say it', () => {
    fc.assert(
      fc.property(fc.uniqueArray(moments), moments, (begun, moment) => {
        const versions = begun.sort().map((from, i) => settingsOf({ version: i + 1, from }));
        expect(lastBegun(versions, moment) ?? null).toBe(settingsInForce(versions, moment));
      }),
    );
  });
});
