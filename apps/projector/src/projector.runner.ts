import { Inject, Injectable } from '@nestjs/common';
import { PROBE_SERVER, type Runner } from '#platform';
import { GREEN, GracefulShutdown, Health, type ProbeServer } from '#platform/process';
import { Projector } from '#projection';

/** Runs the projector until the process shuts down; the process ends when the projector can't go on. */
@Injectable()
export class ProjectorRunner implements Runner {
  constructor(
    private readonly projector: Projector,
    private readonly health: Health,
    private readonly shutdown: GracefulShutdown,
    @Inject(PROBE_SERVER) private readonly probes: ProbeServer,
  ) {}

  async start() {
    this.health.report('event store', GREEN);
    const stop = new AbortController();
    const running = this.projector.run(stop.signal);
    this.shutdown.register({
      name: 'projection',
      phase: 'input',
      msMax: 6_000,
      // The current write is completed, then the lock is released. A failure was reported before.
      run: () => {
        stop.abort();
        return running.catch(() => undefined);
      },
    });
    running.catch((cause: unknown) => this.shutdown.fail(cause));
    return { port: this.probes.port };
  }
}
