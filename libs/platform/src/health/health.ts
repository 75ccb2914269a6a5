/** How one part of a process is. Amber: it works, but somebody should look. Red: work does not flow. */
export type HealthStatus =
  { readonly state: 'green' } | { readonly state: 'amber' | 'red'; readonly reason: string };

export interface HealthReport {
  readonly ok: boolean;
  readonly parts: Readonly<Record<string, HealthStatus>>;
}

export const GREEN: HealthStatus = { state: 'green' };

/** What the probes are answered from. Every part is named at the start and red until it reports. */
export class Health {
  readonly #parts = new Map<string, () => HealthStatus>();
  #deathReason: string | null = null;

  constructor(parts: readonly string[]) {
    for (const part of parts) this.report(part, { state: 'red', reason: 'has not started' });
  }

  report(part: string, condition: HealthStatus): void {
    this.#parts.set(part, () => condition);
  }

  /** A part that is asked each time instead of reporting. */
  addCheck(part: string, check: () => HealthStatus): void {
    this.#parts.set(part, check);
  }

  /** No waiting will help: somebody has to start the process anew. */
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
