import { randomUUID } from 'node:crypto';
import {
  LedgerClient,
  LedgerReader,
  httpTransport,
  isInsufficientPoints,
  orThrow,
  type Transaction,
} from '@points-ledger/client';
import { kafkaTransport } from '@points-ledger/client/kafka';
import { OutboxRelay, enqueue, migrateOutbox } from '@points-ledger/client/outbox';
import pg from 'pg';

// A service that uses the ledger in every way, and then ends: nothing of the client keeps its process alive.

interface Stack {
  readonly api: string;
  readonly kafka: string;
  readonly token: string;
  readonly subject: string;
  readonly database: string;
  readonly schema: string;
}

const stack = JSON.parse(process.env['STACK'] ?? '') as Stack;
const reader = new LedgerReader({ url: stack.api, token: stack.token });

const kafka = () => kafkaTransport({ source: '/project', kafka: { brokers: [stack.kafka] } });
const http = () => httpTransport({ url: stack.api, token: stack.token, subject: stack.subject });

async function spend(transport: ReturnType<typeof kafka>): Promise<readonly (number | null)[]> {
  await using client = new LedgerClient({ transport, reader });
  const user_id = randomUUID();
  orThrow(await client.recharge({ user_id, points: 100, expires_at: null, source_id: 'order-1' }));
  {
    const video = { user_id, points: 60, source_type: 'video', settle_within: 60 };
    await using hold = await client.hold(video);
    await hold.settle({ points: 30 });
  }
  const refused = await client.consume({ user_id, points: 71, source_type: 'script' });
  if (!isInsufficientPoints(refused)) throw new Error(refused.status);
  const last = orThrow(await client.consume({ user_id, points: 7, source_type: 'script' }));
  const min_position = last.outcome.position ?? '';
  const rows: Transaction[] = [];
  for await (const row of reader.transactions(user_id, { min_position })) rows.push(row);
  const live: number[] = [];
  for await (const event of reader.live(user_id, { after: '0' })) {
    if (event.type === 'transaction') live.push(event.transaction.amount);
    if (live.length === rows.length) break;
  }
  const { balance } = await reader.balance(user_id, { min_position });
  return [refused.balance, balance, rows.length, live.length];
}

async function publish(): Promise<number> {
  await using client = new LedgerClient({ transport: kafka(), reader });
  const user_id = randomUUID();
  const pool = new pg.Pool({ connectionString: stack.database });
  const table = `${stack.schema}.points_outbox`;
  await pool.query(`CREATE SCHEMA ${stack.schema}`);
  await migrateOutbox(pool, table);
  const ids: string[] = [];
  for (const order of ['order-1', 'order-2', 'order-3']) {
    const recharge = { user_id, points: 10, expires_at: null, recharge_id: order };
    const command = client.prepare('RechargePoints', recharge);
    ids.push(command.id);
    await enqueue(pool, command, table);
  }
  {
    await using relay = new OutboxRelay({
      pool,
      table,
      publish: (command) => client.publish(command),
      rememberDays: 8,
      onAlarm: ({ msg }) => {
        throw new Error(msg);
      },
    });
    while ((await relay.metrics()).pending > 0) await relay.runOnce();
  }
  await pool.end();
  // Sent again it is a repeat, whose answer has the balance.
  const last = { user_id, points: 10, expires_at: null, recharge_id: 'order-3' };
  const again = orThrow(await client.recharge(last, { id: ids.at(-1) ?? '' }));
  return again.balance ?? NaN;
}

const told = { kafka: await spend(kafka()), http: await spend(http()), outbox: await publish() };
process.stdout.write(JSON.stringify(told));
