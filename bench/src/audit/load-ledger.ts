import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { migrateEventStore } from '#event-store';
import { copyInto } from './copy-into.js';
import type { LoadedChunk, LoadThreadSettings } from './load-worker.js';

const COLUMNS = 'position, revision, id, stream, type, data, meta, hash';
const CONSTRAINTS = {
  events_position: 'primary key (position)',
  events_revision: 'unique (stream, revision)',
  events_id: 'unique (id)',
} as const;
const ACCOUNTS_OF_A_CHUNK = 1_000;
const THREADS_MAX = 8;
/** The objects of a round become garbage soon, so that a large young generation avoids copying them. */
const YOUNG_MB_MAX = 192;

export type OnProgress = (events: number, of: number) => void;

/**
 * Fills an event store in bulk as its owner, because the auditor is measured and not the writer. The
 * rows are frozen, as after a vacuum of an older ledger.
 */
export async function loadLedger(
  url: string,
  accounts: number,
  events: number,
  onProgress: OnProgress = () => {},
): Promise<number> {
  await migrateEventStore(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let loaded = 0;
  const threads = threadsFor(accounts, events);
  const chunks = inTurn(threads, (more) => onProgress((loaded += more), events));
  try {
    // COPY writes frozen rows without WAL into a table that the same transaction has truncated.
    await client.query('begin; alter table event_store.events disable trigger append_only');
    await client.query(`truncate event_store.events; ${constraints('drop')}`);
    const statement = `copy event_store.events (${COLUMNS}) from stdin with (freeze)`;
    await copyInto(client, statement, chunks);
    await client.query(constraints('add'));
    await client.query(`alter table event_store.events enable trigger append_only;
      update event_store.head set position = ${loaded}; commit`);
    await client.query('vacuum analyze event_store.events');
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
    await client.end();
  }
  return loaded;
}

const constraints = (change: 'add' | 'drop'): string =>
  Object.entries(CONSTRAINTS)
    .map(([name, what]) => `${change} constraint ${name} ${change === 'add' ? what : ''}`)
    .join(', ')
    .replace(/^/, 'alter table event_store.events ');

/** Each core generates a range of consecutive accounts. */
function threadsFor(accounts: number, events: number): LoadThread[] {
  const count = Math.min(accounts, availableParallelism(), THREADS_MAX);
  const roundsOfAChunk = Math.ceil(ACCOUNTS_OF_A_CHUNK / accounts);
  const edge = (thread: number): number => Math.floor((thread * accounts) / count);
  return Array.from({ length: count }, (_, thread) => {
    const slice = { from: edge(thread), to: edge(thread + 1), of: accounts };
    return new LoadThread({ slice, events, roundsOfAChunk });
  });
}

/** Takes the same rounds from each slice in turn, so that rows are in the order of their positions. */
async function* inTurn(
  threads: readonly LoadThread[],
  loaded: (events: number) => void,
): AsyncGenerator<Buffer> {
  for (;;) {
    for (const thread of threads) {
      const chunk = await thread.next();
      if (chunk === null) return;
      loaded(chunk.events);
      const { buffer, byteOffset, byteLength } = chunk.text;
      yield Buffer.from(buffer, byteOffset, byteLength);
    }
  }
}

/** Generates the next chunk while the previous one is written. */
class LoadThread {
  readonly #worker: Worker;
  #next: Promise<LoadedChunk | null>;

  constructor(settings: LoadThreadSettings) {
    this.#worker = new Worker(new URL('./load-worker.js', import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB_MAX },
    });
    this.#next = this.#request();
  }

  async next(): Promise<LoadedChunk | null> {
    const chunk = await this.#next;
    if (chunk !== null) this.#next = this.#request();
    return chunk;
  }

  async end(): Promise<void> {
    this.#next.catch(() => {}); // The last chunk is not awaited elsewhere.
    await this.#worker.terminate();
  }

  async #request(): Promise<LoadedChunk | null> {
    this.#worker.postMessage('more');
    const [chunk] = (await once(this.#worker, 'message')) as [LoadedChunk | null];
    return chunk;
  }
}
