import {
  LedgerClient,
  isInsufficientPoints,
  orThrow,
  type CommandResult,
} from '@points-ledger/client';
import { kafkaTransport } from '@points-ledger/client/kafka';
import { outboxMigration } from '@points-ledger/client/outbox';
import { FakeLedger } from '@points-ledger/client/testing';

// A test of a service, with no ledger.

const user_id = '0a11ce00-0000-4000-8000-000000000001';
const ledger = new FakeLedger();
await using client = new LedgerClient({ transport: ledger.transport('/shop') });
orThrow(await client.recharge({ user_id, points: 100, expires_at: null, source_id: 'order-1' }));
{
  const video = { user_id, points: 60, source_type: 'video', settle_within: 60 };
  await using hold = await client.hold(video);
  await hold.settle({ points: 30 });
}
const result: CommandResult = await client.consume({ user_id, points: 71, source_type: 'script' });
if (!isInsufficientPoints(result)) throw new Error(result.status);
const code: 'InsufficientPoints' = result.code;
const kafka = kafkaTransport({ source: '/shop', kafka: { brokers: ['127.0.0.1:1'] } });
const hasMigration = outboxMigration().length > 100;
process.stdout.write(JSON.stringify([code, result.balance, hasMigration, kafka.source]));
