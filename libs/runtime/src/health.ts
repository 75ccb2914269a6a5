/** How one part of a process is. Amber: it works, but somebody should look. Red: work does not flow. */
export type Condition =
  { readonly state: 'green' } | { readonly state: 'amber' | 'red'; readonly reason: string };

export interface HealthReport {
  readonly ok: boolean;
  readonly parts: Readonly<Record<string, Condition>>;
}

export const GREEN: Condition = { state: 'green' };

/** What the probes are answered from. Every part is named at the start and red until it reports. */
export class Health {
  readonly #parts = new Map<string, () => Condition>();
  #death: string | null = null;

  constructor(parts: readonly string[]) {
    for (const part of parts) this.report(part, { state: 'red', reason: 'has not started' });
  }

  report(part: string, condition: Condition): void {
    this.#parts.set(part, () => condition);
  }

  /** A part that is asked each time instead of reporting. */
  watch(part: string, look: () => Condition): void {
    this.#parts.set(part, look);
  }

  /** No waiting will help: somebody has to start the process anew. */
  die(reason: string): void {
    this.#death ??= reason;
  }

  live(): HealthReport {
    const parts: Record<string, Condition> =
      this.#death === null ? {} : { process: { state: 'red', reason: this.#death } };
    return { ok: this.#death === null, parts };
  }

  ready(): HealthReport {
    const parts = {
      ...this.live().parts,
      ...Object.fromEntries([...this.#parts].map(([part, look]) => [part, look()])),
    };
    return { ok: Object.values(parts).every(({ state }) => state !== 'red'), parts };
  }
}
