import type { Alteration, ImportFields, LegacyRow, LegacyRowsImported } from './import-events.js';
import { compareLegacyIds } from './legacy-ids.js';
import { shownRow, type ShownLegacyRow } from './shown-row.js';

interface StandingRow {
  readonly row: LegacyRow;
  readonly altered: readonly Alteration[];
}

/** The legacy rows of one account that stand, from the events that said them. */
export class LegacyStatement {
  readonly #rows = new Map<string, StandingRow>();
  #throughId: string | null = null;

  apply({ rows, gone, altered, throughId }: Omit<ImportFields<LegacyRowsImported>, 'importId'>) {
    const alterations = alterationsByRow(altered);
    for (const row of rows) {
      this.#rows.set(row[0], { row, altered: alterations.get(row[0]) ?? [] });
    }
    for (const id of gone) this.#rows.delete(id);
    this.#throughId = throughId;
  }

  get count(): number {
    return this.#rows.size;
  }

  get throughId(): string | null {
    return this.#throughId;
  }

  /** As it stands, with what is altered of it. */
  get(id: string): StandingRow | undefined {
    return this.#rows.get(id);
  }

  /** As they were read, by id. */
  standing(): readonly LegacyRow[] {
    return this.#sorted().map(({ row }) => row);
  }

  /** Those that the read table shows, by id. */
  shown(): readonly ShownLegacyRow[] {
    return this.#sorted().flatMap(({ row, altered }) => shownRow(row, altered) ?? []);
  }

  /** What the last row that is shown says; 0: none is. */
  get balance(): number {
    return this.shown().at(-1)?.balanceAfter ?? 0;
  }

  /** The same of the rows that are dated no later than the moment. */
  balanceAt(moment: string): number {
    const last = this.shown().findLast(({ createdAt }) => atMilliseconds(createdAt) <= moment);
    return last?.balanceAfter ?? 0;
  }

  #sorted(): readonly StandingRow[] {
    return [...this.#rows.values()].sort((a, b) => compareLegacyIds(a.row[0], b.row[0]));
  }
}

const atMilliseconds = (time: string): string => `${time.slice(0, 23)}Z`;

export function alterationsByRow(
  altered: readonly Alteration[],
): ReadonlyMap<string, readonly Alteration[]> {
  const byRow = new Map<string, Alteration[]>();
  for (const one of altered) {
    const known = byRow.get(one.legacyId);
    if (known === undefined) byRow.set(one.legacyId, [one]);
    else known.push(one);
  }
  return byRow;
}
