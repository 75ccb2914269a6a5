/** The fold had every row in its hands: fewer in the table means that rows and cache disagree. */
export function refuseMissing(what: string, written: number | null, all: number): void {
  if (written !== all) throw new Error(`a bug: ${written} of ${all} ${what} were written`);
}
