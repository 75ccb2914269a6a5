/** The results of a benchmark by name. The names don't change over time. */
export type Figures = Readonly<Record<string, number>>;

export function secondsOf(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** The median, which is the upper one of the two middle values when there are two. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Runs the work several times, one after the other. */
export async function repeated<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  while (done.length < times) done.push(await work());
  return done;
}

export function printTable(title: string, figures: Figures): void {
  const names = Object.keys(figures);
  const width = Math.max(...names.map((name) => name.length));
  console.log(`\n${title}`);
  for (const name of names) {
    console.log(`  ${name.padEnd(width)}  ${readable(figures[name] ?? Number.NaN)}`);
  }
}

const readable = (figure: number): string =>
  figure >= 1000
    ? Math.round(figure).toLocaleString('en-US')
    : figure.toLocaleString('en-US', { maximumSignificantDigits: 3 });
