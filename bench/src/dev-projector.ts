import fs from 'node:fs';
import { Pool } from 'pg';
import { MemoryEventStore, followsDirectly, type Position } from '#event-store';
import { migrate, PostgresTableWriter } from '#read-model';
import { fillStore } from './account-load.js';
const store = new MemoryEventStore();
let t = Date.now();
const n = await fillStore(store, Number(process.argv[3] ?? 10_000), 150_000);
console.log('filled', n, Date.now() - t);
const url = process.env['TEST_PG_URL']!;
const admin = new Pool({ connectionString: url });
const size = Number(process.argv[2] ?? 2000);
await admin.query(`drop schema if exists p cascade; create schema p`);
const pool = new Pool({ connectionString: url, options: '-c search_path=p', max: 1, pipeline: true });
await migrate(pool);
if (process.argv[4]) await pool.query('drop index mjk_point_transactions_v1_page; drop index mjk_point_transactions_v1_later');
const pid = (await pool.query<{ p: number }>('select pg_backend_pid() p')).rows[0]!.p;
const pgCpu = () => {
  const f = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(f[11]) + Number(f[12])) / 100;
};
const writer = new PostgresTableWriter(pool, { name: 'points', version: 1, followsDirectly });
let after: Position | null = null;
t = performance.now();
const cpu = process.cpuUsage();
const p0 = pgCpu();
let writing: Promise<unknown> = Promise.resolve();
for (;;) {
  const { events, next, atHead } = await store.readAll(after, size);
  if (events.length > 0 && next !== null) {
    const w = writer.write(after, { events, next });
    await writing;
    writing = w;
    after = next;
  }
  if (atHead) break;
}
await writing;
const s = (performance.now() - t) / 1000;
const c = process.cpuUsage(cpu);
const js = (c.user + c.system) / n;
const pg = ((pgCpu() - p0) * 1e6) / n;
console.log(size, 'wall', Math.round(n / s), 'ev/s; js us', js.toFixed(1), 'pg us', pg.toFixed(1), 'overlapped bound', Math.round(1e6 / Math.max(js, pg)));
await pool.end();
await admin.end();
