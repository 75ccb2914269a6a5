import type { BeforeApplicationShutdown, OnApplicationShutdown } from '@nestjs/common';
import { SYSTEM_CLOCK, withTimeout, type Clock } from '#async';
import type { Log } from '../log/log.js';

/** Steps run in this order: first what admits work, then what work needs. */
export const SHUTDOWN_PHASES = [
  'input',
  'processing',
  'output',
  'background',
  'stores',
  'probes',
] as const;

export type ShutdownPhase = (typeof SHUTDOWN_PHASES)[number];

export interface ShutdownStep {
  readonly name: string;
  readonly phase: ShutdownPhase;
  readonly msMax: number;
  run(): Promise<unknown> | undefined | void;
}

export interface ShutdownLimits {
  /** For all steps together: whoever sent the signal kills the process not much later. */
  readonly totalMsMax: number;
  /** The same after a failure. */
  readonly failureMsMax: number;
}

const LIMITS: ShutdownLimits = { totalMsMax: 9_000, failureMsMax: 4_000 };

/**
 * Closes what the modules of a process have opened, one step after the other. Nest calls it: the
 * input stops before a server is closed, everything else after it. Nest's own hooks alone would do
 * neither: within a module they run side by side, without a limit, and a failing one is not reported.
 */
export class GracefulShutdown implements BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #steps: ShutdownStep[] = [];
  readonly #limits: ShutdownLimits;
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  #onFailure: (cause: unknown) => void = () => undefined;
  #deadline: number | null = null;
  #hasFailed = false;

  constructor(
    private readonly log: Log,
    { limits, clock = SYSTEM_CLOCK }: ShutdownOptions = {},
  ) {
    this.#limits = { ...LIMITS, ...limits };
    this.#clock = clock;
  }

  /** The process could not go on, or a step failed: its exit code says so. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** For all steps together. */
  get msMax(): number {
    return this.#hasFailed ? this.#limits.failureMsMax : this.#limits.totalMsMax;
  }

  register(step: ShutdownStep): void {
    this.#steps.push(step);
  }

  /** Reports that the process can't go on. It shuts down in order, quickly, and exits with 1. */
  fail(cause: unknown): void {
    this.#hasFailed = true;
    this.log.fatal({ err: cause }, 'fatal error');
    this.#onFailure(cause);
  }

  /** `shutDown` is called when the process can't go on. */
  whenFailed(shutDown: (cause: unknown) => void): void {
    this.#onFailure = shutDown;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#runPhase('input');
  }

  async onApplicationShutdown(): Promise<void> {
    for (const phase of SHUTDOWN_PHASES) if (phase !== 'input') await this.#runPhase(phase);
  }

  async #runPhase(phase: ShutdownPhase): Promise<void> {
    this.#deadline ??= this.#clock.now() + this.msMax;
    for (const step of this.#steps) {
      if (step.phase === phase) await this.#runStep(step, this.#deadline);
    }
  }

  async #runStep(step: ShutdownStep, deadline: number): Promise<void> {
    const msMax = Math.max(0, Math.min(step.msMax, deadline - this.#clock.now()));
    const running = (async () => step.run())();
    try {
      await withTimeout(running, msMax, { what: 'not finished', clock: this.#clock });
    } catch (err) {
      this.#hasFailed = true;
      this.log.error({ step: step.name, err }, 'shutdown step failed');
    }
  }
}

export interface ShutdownOptions {
  readonly limits?: Partial<ShutdownLimits>;
  readonly clock?: Pick<Clock, 'now' | 'after'>;
}
