import { parseSnapshotKeys } from '#event-store';
import { MemoryEventStore, MemorySnapshotStore } from '#event-store/testing';
import { fixedSettings } from '#settings/testing';
import { toLedgerCommand } from '#commands';
import { createLog } from '../log/log.js';
import { createMetrics } from '../metrics/metrics.js';
import { openCommandProcessor } from './open-command-processor.js';

const USER = '7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11';
const recharge = (id: string) =>
  toLedgerCommand(
    {
      type: 'RechargePoints',
      data: { user_id: USER, points: 5, expires_at: null },
      source: '/spec',
      id,
    },
    '2030-01-01T00:00:00.000Z',
  );

function open(keys: string) {
  const lines: string[] = [];
  const log = createLog({
    app: 'test',
    destination: { write: (line) => lines.push((JSON.parse(line) as { msg: string }).msg) },
  });
  const metrics = createMetrics('test');
  const stores = {
    events: new MemoryEventStore(),
    snapshots: new MemorySnapshotStore(),
    settings: fixedSettings(),
  };
  const config = {
    SNAPSHOT_KEYS: parseSnapshotKeys(keys),
    SNAPSHOT_CHECK_ONE_IN: 0,
  };
  return { processor: openCommandProcessor(stores, config, metrics, log), metrics, lines };
}

describe('The command processor of a process', () => {
  it('executes commands and measures them', async () => {
    const { processor, metrics } = open(`k:${Buffer.alloc(32).toString('base64')}`);
    const { answer } = await processor.run(recharge('r'), { correlation: 'spec' });
    expect(answer).toMatchObject({ status: 'accepted', balance: 5 });
    await processor.drain(10_000);
    const text = await metrics.metrics();
    expect(text).toContain('ledger_events_total{app="test"} 1');
    expect(text).toContain('ledger_desk_commands{where="inside",app="test"} 0');
  });

  it('logs that snapshots are disabled when there is no key', async () => {
    expect(open('').lines).toEqual(['snapshots disabled: SNAPSHOT_KEYS contains no key']);
    expect(open(`k:${Buffer.alloc(32).toString('base64')}`).lines).toEqual([]);
  });
});
