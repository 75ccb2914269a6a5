import type { MigrationPlan } from '#migrations';
import { createEvents } from './001-events.js';
import { createAppend } from './002-append.js';
import { makeAppendOnly } from './003-append-only.js';
import { createSnapshots } from './004-snapshots.js';
import { createWriter } from './005-writer.js';
import { sealSnapshots } from './006-sealed-snapshots.js';
import { fenceRules } from './007-rules-fence.js';

export const EVENT_STORE_PLAN: MigrationPlan = {
  subject: 'event store',
  lockKey: 5_701_734_422,
  history: {
    table: 'event_store.migrations',
    createSql: `
      create schema if not exists event_store;
      create table if not exists event_store.migrations (
        number int primary key, digest text not null, taken_at timestamptz not null default now()
      )`,
    hasNames: false,
  },
  migrations: [
    { name: 'events', sql: createEvents },
    { name: 'append', sql: createAppend },
    { name: 'append only', sql: makeAppendOnly },
    { name: 'snapshots', sql: createSnapshots },
    { name: 'writer', sql: createWriter },
    { name: 'sealed snapshots', sql: sealSnapshots },
    { name: 'rules fence', sql: fenceRules },
  ],
};
