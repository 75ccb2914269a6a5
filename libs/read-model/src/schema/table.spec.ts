import { encodeCopyData } from '#bytes/postgres';
import { TRANSACTION_COLUMNS } from '#contracts';

import { BIGINT, INTEGER, TEXT, TIMESTAMP, varchar } from './column-types.js';
import {
  column,
  columnList,
  columnNames,
  copyColumns,
  createTableSql,
  nullableColumn,
  rowReader,
  versionOf,
  type Table,
} from './table.js';
import { STATEMENT_COLUMNS, TRANSACTIONS, VERSION_TABLES } from './tables.js';

interface Parcel {
  readonly id: number;
  readonly sender: string | null;
  readonly weight: number;
  readonly sent_at: string | null;
}

const PARCELS: Table<Parcel> = {
  name: 'parcels',
  columns: {
    id: column(BIGINT, (row) => row.id),
    sender: nullableColumn(varchar(12), (row) => row.sender),
    weight: column(INTEGER, (row) => row.weight, 'not null check (weight > 0)'),
    sent_at: nullableColumn(TIMESTAMP, (row) => row.sent_at),
  },
  generated: { is_sent: 'boolean generated always as (sent_at is not null) stored' },
  primaryKey: ['id', 'weight'],
  fillfactor: 70,
};

describe('a table', () => {
  it('is declared column by column, then what the database computes, then its key', () => {
    expect(createTableSql(PARCELS, 3).replaceAll(/\s+/g, ' ')).toBe(
      'create table parcels_v3 ( id bigint not null, sender varchar(12), ' +
        'weight integer not null check (weight > 0), sent_at timestamptz, ' +
        'is_sent boolean generated always as (sent_at is not null) stored, ' +
        'primary key (id, weight) ) with (fillfactor = 70);',
    );
  });

  it('is named with its version', () => {
    expect(versionOf(PARCELS, 12)).toBe('parcels_v12');
  });

  it('lists its columns in the order of their declaration, of an alias where there is one', () => {
    expect(columnList(columnNames(PARCELS))).toBe('id, sender, weight, sent_at');
    expect(columnList(['id', 'weight'], 'p')).toBe('p.id, p.weight');
  });

  it('needs neither a key of several columns nor storage options', () => {
    const { primaryKey, fillfactor, ...plain } = PARCELS;
    expect([primaryKey, fillfactor]).toHaveLength(2);
    expect(createTableSql(plain, 1)).not.toMatch(/primary key|fillfactor/);
  });
});

describe('a row reader', () => {
  const fromDriver = () => ({
    id: '9007199254740991',
    sender: 'a',
    weight: 3,
    sent_at: new Date('2030-01-01T00:00:00.007Z'),
  });

  it('makes numbers of 64-bit integers and texts of times', () => {
    expect(rowReader(PARCELS)(fromDriver())).toEqual({
      id: Number.MAX_SAFE_INTEGER,
      sender: 'a',
      weight: 3,
      sent_at: '2030-01-01T00:00:00.007Z',
    });
  });

  it('leaves nulls alone', () => {
    const row = { ...fromDriver(), sender: null, sent_at: null };
    expect(rowReader(PARCELS)(row)).toMatchObject({ sender: null, sent_at: null });
  });

  it('converts only the columns that were selected', () => {
    expect(rowReader(PARCELS, ['id', 'weight'])({ id: '7', weight: 1 })).toEqual({
      id: 7,
      weight: 1,
    });
  });
});

describe('the columns of a COPY', () => {
  it('write the values of a row in the order of their names', () => {
    const row: Parcel = { id: 1, sender: 'ab', weight: 5, sent_at: null };
    const data = encodeCopyData(copyColumns(PARCELS, ['weight', 'sender', 'sent_at']), [row]);
    // Behind the header of 19 bytes: three fields, each behind its length, and the end.
    expect(data.subarray(19).toString('hex')).toBe(
      ['0003', '00000004', '00000005', '00000002', '6162', 'ffffffff', 'ffff'].join(''),
    );
  });
});

interface Valued {
  readonly valueOf: (row: object) => unknown;
}

describe('the read tables', () => {
  it('have every published column of the statement, in the order of the contract', () => {
    expect(columnNames(TRANSACTIONS).slice(0, TRANSACTION_COLUMNS.length)).toEqual(
      TRANSACTION_COLUMNS,
    );
    expect(STATEMENT_COLUMNS).toEqual([...TRANSACTION_COLUMNS, 'revision', 'line']);
  });

  it.each(VERSION_TABLES.map((table) => [table.name, table] as const))(
    'take every value of %s from the property of the same name',
    (_name, table) => {
      const columns: object = table.columns;
      const row = Object.fromEntries(
        Object.keys(columns).map((name) => [name, `value of ${name}`]),
      );
      for (const [name, { valueOf }] of Object.entries(columns as Record<string, Valued>)) {
        expect(valueOf(row)).toBe(`value of ${name}`);
      }
    },
  );

  it('declare a length where a text has one', () => {
    expect(TRANSACTIONS.columns.source_id.type.declaration).toBe('varchar(64)');
    expect(TRANSACTIONS.columns.description.type).toBe(TEXT);
  });
});
