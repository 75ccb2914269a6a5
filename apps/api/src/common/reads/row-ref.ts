/** The revision of its event and which of its lines: what names a row for ever. */
export interface PlaceOfRow {
  readonly revision: number;
  readonly line: number;
}

export const refOf = ({ revision, line }: PlaceOfRow): string => `r${revision}.${line}`;

/** Of a text that has the form. */
export function placeOfRef(ref: string): PlaceOfRow {
  const [revision, line] = ref.slice(1).split('.');
  return { revision: Number(revision), line: Number(line) };
}
