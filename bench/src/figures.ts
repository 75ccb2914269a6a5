/** What a bench found: figures by the names that stay the same over time. */
export type Figures = Readonly<Record<string, number>>;

export function secondsOf(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e9;
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
