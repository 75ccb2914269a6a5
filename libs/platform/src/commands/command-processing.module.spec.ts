import { CommandBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { RunLedgerCommand, toLedgerCommand } from '#commands';
import { MemoryEventStore, MemorySnapshotStore } from '#event-store/testing';
import { DEFAULT_POLICY } from '#ledger';
import { ConfigModule } from '../config/config.module.js';
import { LifecycleModule } from '../lifecycle/lifecycle.module.js';
import { Health } from '../health/health.js';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { logLines } from '../testing/log-lines.js';
import { surroundings } from '../testing/surroundings.js';
import { EVENT_STORE, LOG, METRICS, SNAPSHOT_STORE } from '../tokens.js';
import type { Registry } from 'prom-client';
import { CommandProcessingModule } from './command-processing.module.js';

const USER = '7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11';
const recharge = () =>
  new RunLedgerCommand(
    toLedgerCommand(
      {
        type: 'RechargePoints',
        data: { user_id: USER, points: 5, expires_at: null },
        source: '/spec',
        id: 'r1',
      },
      // No settings are known of what is dated far ahead of the clock.
      '2026-01-01T00:00:00.000Z',
    ),
    { correlation: 'spec' },
  );

async function open() {
  const { log, lines } = logLines();
  const events = new MemoryEventStore();
  const ports = surroundings(
    { provide: LOG, useValue: log },
    { provide: EVENT_STORE, useValue: events },
    { provide: SNAPSHOT_STORE, useValue: new MemorySnapshotStore() },
    { provide: Health, useValue: new Health(['settings']) },
  );
  const config = {
    LEDGER_POLICY: DEFAULT_POLICY,
    SNAPSHOT_KEYS: [],
    SNAPSHOT_CHECK_ONE_IN: 0,
  };
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      ports,
      MetricsModule.forRoot('test'),
      LifecycleModule.forRoot(),
      CommandProcessingModule,
    ],
  }).compile();
  await module.init();
  const shutdown = module.get(GracefulShutdown, { strict: false });
  return { module, events, lines, shutdown, bus: module.get(CommandBus, { strict: false }) };
}

describe('The module that processes commands', () => {
  it('puts the processor behind the command bus, on the event store of the process', async () => {
    const { module, events, bus } = await open();
    const { answer } = await bus.execute(recharge());
    expect(answer).toMatchObject({ status: 'accepted', balance: 5, revision: 0 });
    expect(await events.head()).not.toBeNull();
    await module.close();
  });

  it('measures and logs it with those of the process', async () => {
    const { module, bus, lines } = await open();
    await bus.execute(recharge());
    const metrics = module.get<Registry>(METRICS, { strict: false });
    expect(await metrics.metrics()).toContain('ledger_events_total{app="test"} 1');
    expect(lines).toMatchObject([
      { level: 'info', msg: 'settings published', version: 1, rules: 2 },
      { level: 'info', msg: 'settings read', version: 1 },
      { level: 'warn', msg: 'snapshots disabled: SNAPSHOT_KEYS contains no key' },
    ]);
    await module.close();
  });

  it('drains it on shutdown, after the input has stopped and before the output does', async () => {
    const { module, bus, events, shutdown } = await open();
    const order: string[] = [];
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const append = events.append.bind(events);
    events.append = async (...write) => {
      await held;
      return append(...write);
    };
    const note = (phase: 'input' | 'output', run: () => void = () => undefined) =>
      shutdown.register({
        name: phase,
        phase,
        msMax: 1_000,
        run: () => {
          order.push(phase);
          run();
        },
      });
    note('output');
    note('input', () => letGo());
    const running = bus.execute(recharge()).then(() => order.push('command'));
    await module.close();
    await running;
    expect(order).toEqual(['input', 'command', 'output']);
    expect(shutdown.hasFailed).toBe(false);
  });

  it('takes no command after the shutdown', async () => {
    const { module, bus } = await open();
    await module.close();
    await expect(bus.execute(recharge())).rejects.toThrow();
  });
});
