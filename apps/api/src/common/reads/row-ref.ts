/** The revision of its event and which of its lines: what names a row for ever. */
export interface RowLocation {
  readonly revision: number;
  readonly line: number;
}

export const formatRowRef = ({ revision, line }: RowLocation): string => `r${revision}.${line}`;

/** Of a text that has the form. */
export function parseRowRef(ref: string): RowLocation {
  const [revision, line] = ref.slice(1).split('.');
  return { revision: Number(revision), line: Number(line) };
}
