import { Pool } from 'pg';
import { MemoryEventStore, type Position } from '#event-store';
import { migrate, PostgresTableWriter } from '#read-model';
import { fillStore } from './account-load.js';
const store = new MemoryEventStore();
let t = Date.now();
const n = await fillStore(store, 10_000, 200_000);
console.log('filled', n, Date.now() - t);
const admin = new Pool({ connectionString: process.env['TEST_PG_URL']! });
for (const size of [500, 1000, 2000, 5000]) {
  await admin.query(`create schema p${size}`);
  const pool = new Pool({ connectionString: process.env['TEST_PG_URL']!, options: `-c search_path=p${size}` });
  await migrate(pool);
  const writer = new PostgresTableWriter(pool, { name: 'points', version: 1 });
  let after: Position | null = null;
  t = performance.now();
  const cpu = process.cpuUsage();
  for (;;) {
    const { events, next, atHead } = await store.readAll(after, size);
    if (events.length > 0 && next !== null) {
      await writer.write(after, { events, next });
      after = next;
    }
    if (atHead) break;
  }
  const s = (performance.now() - t) / 1000;
  const c = process.cpuUsage(cpu);
  console.log(size, Math.round(n / s), 'ev/s', s, 'cpu', (c.user + c.system) / 1e6);
  await pool.end();
}
await admin.end();
