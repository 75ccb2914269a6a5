import { performance } from 'node:perf_hooks';
import { LedgerClient, orThrow } from '../../../clients/typescript/src/index.js';
import { kafkaTransport } from '../../../clients/typescript/src/kafka/index.js';

// A service of its own process, as the ledger's Kafka library would change how kafkajs reads: it has 100 commands
// on their way at a time, and prints how long each waited for its outcome.

const IN_FLIGHT = 100;
const USERS = 100;
const WARM_UP_MS = 3_000;
const LOAD_MS = 10_000;

const userOf = (n: number): string =>
  `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000001`;

async function main(broker: string): Promise<void> {
  const client = new LedgerClient({
    transport: kafkaTransport({ source: '/bench', kafka: { brokers: [broker] } }),
  });
  const users = Array.from({ length: USERS }, (_, n) => userOf(n));
  await Promise.all(
    users.map(async (user_id) =>
      orThrow(await client.recharge({ user_id, points: 1_000_000, expires_at: null })),
    ),
  );
  const times: number[] = [];
  const from = performance.now();
  const measureFrom = from + WARM_UP_MS;
  const until = measureFrom + LOAD_MS;
  let sent = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < until) {
      const user_id = userOf(sent++ % USERS);
      const began = performance.now();
      orThrow(await client.consume({ user_id, points: 1, source_type: 'script' }));
      if (began >= measureFrom) times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  await client.close();
  times.sort((one, other) => one - other);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
  const figures = { per_s: times.length / (LOAD_MS / 1_000), p50_ms: at(0.5), p99_ms: at(0.99) };
  process.stdout.write(JSON.stringify(figures));
}

await main(process.argv[2] ?? '');
