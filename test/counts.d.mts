export interface Counts {
  readonly passed: number;
  readonly failed: number;
}
export const COUNTS_VARIABLE: string;
export function closingLine(counts: Counts): string;
export function tellCounts(counts: Counts): void;
export function countsIn(file: string): Counts;
