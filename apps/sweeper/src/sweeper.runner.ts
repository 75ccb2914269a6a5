import { Inject, Injectable } from '@nestjs/common';
import { Counter, type Registry } from 'prom-client';
import { runPeriodically, type Clock } from '#async';
import {
  CLOCK,
  DATABASE_CLOCK,
  LOG,
  METRICS,
  PROBE_SERVER,
  clockSkewFault,
  type DatabaseClock,
  type Runner,
} from '#platform';
import { GREEN, GracefulShutdown, Health, type Log, type ProbeServer } from '#platform/process';
import { Sweeper } from './sweeper.js';

/** Points expire at most a minute late: two sweeps, and what the read tables lag behind. */
const SWEEP_EVERY_MS = 15_000;

/** Sweeps periodically, unless the clock of the process is wrong. */
@Injectable()
export class SweeperRunner implements Runner {
  readonly #failures: Counter;

  constructor(
    private readonly sweeper: Sweeper,
    private readonly health: Health,
    private readonly shutdown: GracefulShutdown,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE_CLOCK) private readonly databaseClock: DatabaseClock,
    @Inject(LOG) private readonly log: Log,
    @Inject(PROBE_SERVER) private readonly probes: ProbeServer,
    @Inject(METRICS) metrics: Registry,
  ) {
    this.#failures = new Counter({
      name: 'ledger_sweep_failures_total',
      help: 'Commands of the sweeper that were not answered; the next sweep sends them again',
      registers: [metrics],
    });
  }

  async start() {
    const sweeping = runPeriodically(() => this.#sweepAndReport(), SWEEP_EVERY_MS, this.clock);
    this.shutdown.register({
      name: 'sweep',
      phase: 'input',
      msMax: 5_000,
      run: () => sweeping.stop(),
    });
    return { port: this.probes.port };
  }

  async #sweepAndReport(): Promise<void> {
    try {
      if (!(await this.#isClockRight())) return;
      const { sent, failed } = await this.sweeper.sweep();
      this.#failures.inc(failed.length);
      for (const { userId, cause } of failed) {
        this.log.warn({ userId, err: cause }, 'points not expired');
      }
      if (sent > 0) this.log.info({ sent, failed: failed.length }, 'swept');
      this.health.report('sweep', GREEN);
    } catch (err) {
      this.log.warn({ err }, 'sweep failed');
      this.health.report('sweep', { state: 'red', reason: 'the last sweep failed: see the log' });
    }
  }

  /** With a wrong clock, points would expire that are not due. */
  async #isClockRight(): Promise<boolean> {
    const reason = await clockSkewFault(this.clock, this.databaseClock);
    this.health.report('clock', reason === null ? GREEN : { state: 'red', reason });
    return reason === null;
  }
}
