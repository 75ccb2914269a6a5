import { FIRST_ID } from './first-id.js';
import { ID_AT } from './id-at.js';
import { RULES_2_TABLES } from './rules-2-tables.js';
import { TAKE_OVER_TABLES } from './take-over-tables.js';
import { VERSION_1 } from './version-1.js';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** A migration that was released is never changed, only followed by another one. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    name: 'checkpoints',
    sql: `
      create table mjk_point_checkpoints (
        name text not null,
        version integer not null,
        state text not null check (state in ('building', 'live', 'kept')),
        position text collate "C",
        last_id bigint not null default 0,
        event_count bigint not null default 0,
        last_event text collate "C",
        committed_at timestamptz not null default now(),
        primary key (name, version)
      ) with (fillfactor = 50);
      create unique index mjk_point_checkpoints_one_state
        on mjk_point_checkpoints (name, state);`,
  },
  {
    number: 2,
    name: 'tables version 1 and the views on them',
    sql: VERSION_1,
  },
  {
    number: 3,
    name: 'bounds in time as bounds on ids',
    sql: FIRST_ID,
  },
  {
    number: 4,
    name: 'parked accounts',
    sql: `
      create table mjk_point_parked_accounts (
        name text not null,
        version integer not null,
        user_id uuid not null,
        revision bigint not null,
        position text collate "C" not null,
        code varchar(32) not null,
        detail text not null,
        since timestamptz not null,
        primary key (name, version, user_id),
        foreign key (name, version) references mjk_point_checkpoints (name, version)
          on delete cascade
      );
      alter table mjk_point_checkpoints add column unparked bigint not null default 0;
      ${ID_AT}`,
  },
  {
    number: 5,
    name: 'ids that never name a second row',
    sql: `
      alter table mjk_point_checkpoints add column ids_after bigint not null default 0;
      create sequence mjk_point_numberings;`,
  },
  {
    number: 6,
    name: 'debts, prices and recharges',
    sql: RULES_2_TABLES,
  },
  {
    number: 7,
    name: 'when a pre-deduction was last not named',
    sql: 'alter table mjk_point_checkpoints add column unnamed_at timestamptz;',
  },
  {
    number: 8,
    name: 'until when pre-deductions that are not named were not noted',
    sql: `
      alter table mjk_point_checkpoints
        add column noted_to text collate "C",
        add column unnoted_until timestamptz;`,
  },
  {
    number: 9,
    name: 'accounts that are taken over from another service',
    sql: TAKE_OVER_TABLES,
  },
];
