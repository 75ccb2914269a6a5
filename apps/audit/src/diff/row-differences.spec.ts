import { rowDifferences, type Difference, type Row } from './row-differences.js';

const USER = '0a000000-0000-4000-8000-000000000001';
const ROW: Row = { revision: 1, line: 0, amount: 10, source_id: null };

const differences = (
  expected: Readonly<Record<string, Row>>,
  found: Readonly<Record<string, Row>>,
): Difference[] => [
  ...rowDifferences(
    'transactions',
    USER,
    new Map(Object.entries(expected)),
    new Map(Object.entries(found)),
  ),
];

describe('rowDifferences', () => {
  it('is empty for equal rows, in whatever order they come', () => {
    const [one, other] = [ROW, { ...ROW, line: 1 }];
    expect(differences({ '1/0': one, '1/1': other }, { '1/1': other, '1/0': one })).toEqual([]);
    expect(differences({}, {})).toEqual([]);
  });

  it('names the column that differs, with both values', () => {
    expect(differences({ '1/0': ROW }, { '1/0': { ...ROW, amount: 11 } })).toEqual([
      {
        kind: 'different',
        table: 'transactions',
        user: USER,
        row: '1/0',
        column: 'amount',
        expected: 10,
        found: 11,
      },
    ]);
  });

  it('names every column that differs', () => {
    const found = { ...ROW, amount: 11, source_id: 'x' };
    expect(differences({ '1/0': ROW }, { '1/0': found }).map(({ column }) => column)).toEqual([
      'amount',
      'source_id',
    ]);
  });

  it.each([
    [10, '10'],
    [0, false],
    [0, null],
    ['', null],
  ])('distinguishes %j from %j', (expected, found) => {
    expect(
      differences({ '1/0': { ...ROW, amount: expected } }, { '1/0': { ...ROW, amount: found } }),
    ).toMatchObject([{ column: 'amount', expected, found }]);
  });

  it('takes a missing column for an empty one', () => {
    const without: Row = { revision: 1, line: 0, amount: 10 };
    expect(differences({ '1/0': ROW }, { '1/0': without })).toEqual([]);
    expect(differences({ '1/0': { ...ROW, source_id: 'x' } }, { '1/0': without })).toMatchObject([
      { column: 'source_id', expected: 'x', found: null },
    ]);
  });

  it('does not compare columns without an expected value', () => {
    expect(differences({ '1/0': ROW }, { '1/0': { ...ROW, id: 7 } })).toEqual([]);
  });

  it('names a missing row with its values', () => {
    expect(differences({ '1/0': ROW }, {})).toEqual([
      {
        kind: 'missing',
        table: 'transactions',
        user: USER,
        row: '1/0',
        column: null,
        expected: JSON.stringify(ROW),
        found: null,
      },
    ]);
  });

  it('names an extra row with its values', () => {
    expect(differences({}, { '1/0': ROW })).toEqual([
      {
        kind: 'extra',
        table: 'transactions',
        user: USER,
        row: '1/0',
        column: null,
        expected: null,
        found: JSON.stringify(ROW),
      },
    ]);
  });
});
