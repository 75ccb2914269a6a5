import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import { openPostgresEventStore } from '#event-store';
import { fixedSettings } from '#settings/testing';

const IN_FLIGHT = 512;
const SECONDS = 10;

/** Measures the command processor on Postgres without Kafka, in commands per second over many users. */
export async function processorOnPostgres(url: string, users: number): Promise<number> {
  const store = await openPostgresEventStore(url);
  const processor = new AccountCommandProcessor({ store, settings: fixedSettings() });
  const at = new Date().toISOString();
  let sent = 0;
  const runOne = async (): Promise<void> => {
    const n = sent++;
    const user_id = `${(n % users).toString(16).padStart(8, '0')}-0000-4000-9000-000000000000`;
    const data = { user_id, points: 1_000, expires_at: null };
    const body = { type: 'RechargePoints', data, source: '/bench', id: `desk-${n}` } as const;
    await processor.run(toLedgerCommand(body, at), { correlation: 'bench' });
  };
  const start = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - start < SECONDS * 1000) await runOne();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
  const perSecond = sent / ((performance.now() - start) / 1000);
  await processor.drain(10_000);
  await store.close();
  return perSecond;
}

/** Where there is an account before there are settings, the first process that starts publishes rules 1. */
export async function beginUnderRules1(url: string): Promise<void> {
  const store = await openPostgresEventStore(url);
  const processor = new AccountCommandProcessor({ store, settings: fixedSettings() });
  const data = { user_id: '00000000-0000-4000-9000-000000000000', points: 1, expires_at: null };
  const body = { type: 'RechargePoints', data, source: '/bench', id: 'rules-1' } as const;
  await processor.run(toLedgerCommand(body, new Date().toISOString()), { correlation: 'bench' });
  await processor.drain(10_000);
  await store.close();
}
