import pg from 'pg';
import { Projector, Rebuild } from '#projection';
import { followsDirectly, type Position } from '#event-store';
import { migrate } from '#read-model';
import { fillStore } from './account-load.js';
import { onPostgres } from './on-postgres.js';
import { PackedEventStore } from './projector/packed-event-store.js';
import { rowByRow } from './projector/row-by-row-baseline.js';

const USERS = 10_000;
const EVENTS = 1_000_000;
const NAME = 'points';

/** Measures the projection from events in memory to committed rows, independently of the event store. */
export function projectorBench(): Promise<Record<string, number>> {
  return onPostgres(async (url) => {
    const store = new PackedEventStore();
    const events = await fillStore(store, USERS, EVENTS);
    globalThis.gc?.(); // Collects the garbage of the load, which must not affect the measurement.
    const pool = new pg.Pool({ connectionString: url, pipeline: true });
    pool.on('error', () => undefined); // The server stops directly afterwards.
    try {
      await migrate(pool);
      const live = await liveSeconds(pool, store);
      const rebuilt = await rebuildSeconds(pool, store);
      return {
        project_live_per_s: events / live,
        project_rebuild_per_s: events / rebuilt.built,
        rebuild_compare_and_switch_s: rebuilt.compared,
        project_row_by_row_per_s: await rowByRow(pool, store),
      };
    } finally {
      await pool.end();
    }
  });
}

/** Runs the projector with all indexes from the first event. */
async function liveSeconds(pool: pg.Pool, store: PackedEventStore): Promise<number> {
  const head = await store.head();
  const stop = new AbortController();
  const start = performance.now();
  let end = start;
  const applied = ({ position }: { readonly position: Position }): void => {
    if (position !== head) return;
    end = performance.now();
    stop.abort();
  };
  const intervals = { lagMeasureMs: 60_000 };
  const parts = { store, pool, name: NAME, now: Date.now, followsDirectly, intervals };
  await new Projector({ ...parts, observer: { applied } }).run(stop.signal);
  return (end - start) / 1_000;
}

async function rebuildSeconds(
  pool: pg.Pool,
  store: PackedEventStore,
): Promise<{ readonly built: number; readonly compared: number }> {
  const start = performance.now();
  let indexed = start;
  const reached = (step: string): void => {
    if (step === 'indexed') indexed = performance.now();
  };
  const rebuild = new Rebuild({
    store,
    pool,
    name: NAME,
    followsDirectly,
    observer: { stepCompleted: reached },
  });
  const { kind } = await rebuild.run({ acceptDifferences: false }, new AbortController().signal);
  if (kind !== 'switched') throw new Error(`the rebuild ended with ${kind}`);
  return {
    built: (indexed - start) / 1_000,
    compared: (performance.now() - indexed) / 1_000,
  };
}
