/** Status of a component. Amber: it works, but an operator should look. Red: it does not work. */
export type HealthStatus =
  { readonly state: 'green' } | { readonly state: 'amber' | 'red'; readonly reason: string };

export interface HealthReport {
  readonly ok: boolean;
  readonly parts: Readonly<Record<string, HealthStatus>>;
}

export const GREEN: HealthStatus = { state: 'green' };

/** Answers the probes from memory. Every component is named at the start and red until it reports. */
export class Health {
  readonly #parts = new Map<string, () => HealthStatus>();
  #deathReason: string | null = null;

  constructor(parts: readonly string[]) {
    for (const part of parts) this.report(part, { state: 'red', reason: 'has not started' });
  }

  report(part: string, condition: HealthStatus): void {
    this.#parts.set(part, () => condition);
  }

  /** Adds a component whose status is computed on each probe. */
  addCheck(part: string, check: () => HealthStatus): void {
    this.#parts.set(part, check);
  }

  /** Reports that the process has to be restarted. */
  markDead(reason: string): void {
    this.#deathReason ??= reason;
  }

  live(): HealthReport {
    const parts: Record<string, HealthStatus> =
      this.#deathReason === null ? {} : { process: { state: 'red', reason: this.#deathReason } };
    return { ok: this.#deathReason === null, parts };
  }

  ready(): HealthReport {
    const parts = {
      ...this.live().parts,
      ...Object.fromEntries([...this.#parts].map(([part, check]) => [part, check()])),
    };
    return { ok: Object.values(parts).every(({ state }) => state !== 'red'), parts };
  }
}
