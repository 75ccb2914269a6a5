import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { migrateEventStore } from '#event-store';
import { copyInto } from '../audit/copy-into.js';
import { GROUP_ACCOUNTS, chunksOf, roundsFor, type Share } from './generate-rounds.js';

const COLUMNS = 'position, revision, id, stream, type, data, meta, hash';
const THREADS_MAX = 4;

export type OnProgress = (events: number, of: number) => void;

export interface Fill {
  readonly accounts: number;
  readonly events: number;
  /** 0: the caller's own thread generates. */
  readonly threads?: number;
  readonly onProgress?: OnProgress;
}

/**
 * Fills an event store by COPY with an even load of valid events, as its owner. Each round has one turn
 * of every account, so that the events of an account lie in all partitions. Returns how many there are.
 */
export async function fillEventStore(
  url: string,
  { accounts, events, threads = fillThreads(), onProgress = () => {} }: Fill,
): Promise<number> {
  await migrateEventStore(url);
  const { rounds, each } = roundsFor(events, accounts);
  const total = each * accounts;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`do $block$ begin
      while (select end_position from event_store.partitioning) <= ${total} loop
        perform event_store.add_partition();
      end loop;
    end $block$`);
    let filled = 0;
    const counted = (more: number) => onProgress((filled += more), total);
    const source = { accounts, rounds, thread: 0, threads: Math.max(1, threads) };
    const chunks = threads === 0 ? inThisThread(source, counted) : inThreads(source, counted);
    await copyInto(client, `copy event_store.events (${COLUMNS}) from stdin`, chunks);
    await client.query(
      `insert into event_store.account_heads (user_id, revision, first_position)
       select event_store.account_of(stream), $1, min(position) from event_store.events
       where revision = 0 group by 1`,
      [each - 1],
    );
    await client.query('update event_store.head set position = $1', [total]);
    await client.query('vacuum (freeze, analyze)');
  } finally {
    await client.end();
  }
  return total;
}

const fillThreads = (): number => Math.min(availableParallelism(), THREADS_MAX);

async function* inThisThread(
  share: Share,
  counted: (events: number) => void,
): AsyncGenerator<Buffer> {
  for (const { text, events } of chunksOf(share)) {
    counted(events);
    yield await Promise.resolve(Buffer.from(text));
  }
}

interface Generated {
  readonly bytes: Uint8Array;
  readonly events: number;
}

/** Each thread generates every so many-th group of accounts, and they are taken in their order. */
async function* inThreads(share: Share, counted: (events: number) => void): AsyncGenerator<Buffer> {
  const { accounts, rounds, threads } = share;
  const workers = Array.from(
    { length: threads },
    (_, thread) =>
      new Worker(new URL('./fill-worker.js', import.meta.url), {
        workerData: { ...share, thread },
      }),
  );
  const request = async (worker: Worker): Promise<Generated | null> => {
    worker.postMessage('more');
    const [generated] = (await once(worker, 'message')) as [Generated | null];
    return generated;
  };
  try {
    const next = workers.map(request);
    const groups = Math.ceil(accounts / GROUP_ACCOUNTS);
    for (let taken = 0; taken < rounds * groups; taken += 1) {
      const thread = (taken % groups) % threads;
      const [worker, generated] = [workers[thread], await next[thread]];
      if (worker === undefined || generated == null) throw new Error('a bug: too few events');
      next[thread] = request(worker); // It generates the next group while this one is written.
      counted(generated.events);
      yield Buffer.from(generated.bytes.buffer, generated.bytes.byteOffset, generated.bytes.length);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
