import pg from 'pg';
import { migrateEventStore } from '#event-store';
import { onPostgres } from './on-postgres.js';
import { appends, readsPerSecond } from './store/adapter.js';
import { emmettAppends } from './store/emmett.js';
import { rawInserts } from './store/raw-inserts.js';
import { singleAppends } from './store/single-appends.js';

const IN_FLIGHT = [1, 16, 128, 512];

/** Measures on the embedded Postgres with fsync on, all figures on one server. */
export const storeBench = (): Promise<Record<string, number>> => onPostgres(measure);

async function measure(url: string): Promise<Record<string, number>> {
  await migrateEventStore(url);
  const figures: Record<string, number> = {};
  figures['raw_insert_per_s'] = await rawInserts(url);
  for (const inFlight of IN_FLIGHT) {
    const { perSecond, p50Ms, p99Ms } = await appends(url, inFlight);
    figures[`pg_append_per_s_${inFlight}`] = perSecond;
    figures[`pg_append_p50_ms_${inFlight}`] = p50Ms;
    figures[`pg_append_p99_ms_${inFlight}`] = p99Ms;
  }
  figures['read_all_per_s'] = await readsPerSecond(url);
  figures['bytes_per_event'] = await bytesPerEvent(url);
  figures['one_tx_per_append_per_s'] = await singleAppends(url);
  figures['emmett_per_s'] = await emmettAppends(url);
  return figures;
}

async function bytesPerEvent(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ bytes: string }>(`
    select pg_total_relation_size('event_store.events') / greatest(1, count(*)) as bytes
    from event_store.events`);
  await client.end();
  return Number(rows[0]?.bytes);
}
