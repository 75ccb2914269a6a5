/** The revision of a row's event and the line in it, which never change. */
export interface RowLocation {
  readonly revision: number;
  readonly line: number;
}

export const formatRowRef = ({ revision, line }: RowLocation): string => `r${revision}.${line}`;

/** The text must have the form of a row_ref. */
export function parseRowRef(ref: string): RowLocation {
  const [revision, line] = ref.slice(1).split('.');
  return { revision: Number(revision), line: Number(line) };
}
