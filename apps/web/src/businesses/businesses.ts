import type { BusinessList } from '#contracts';

export type Business = BusinessList['items'][number];

/** The colours of the charts: businesses beyond them begin again. */
const COLOURS = 8;

/** The businesses that the settings in force name, the retired ones among them. */
export class Businesses {
  readonly #places: ReadonlyMap<string, number>;

  constructor(readonly all: readonly Business[]) {
    this.#places = new Map(all.map(({ code }, place) => [code, place]));
  }

  /** The label of a row is 【配音合成】; in a sentence it is 配音合成. Unknown codes name themselves. */
  nameOf(code: string): string {
    const { label } = this.#find(code) ?? { label: code };
    return withoutBrackets(label);
  }

  isRetired(code: string): boolean {
    return this.#find(code)?.retired ?? false;
  }

  /** The number of its colour. */
  colourOf(code: string): number {
    return (this.#places.get(code) ?? COLOURS - 1) % COLOURS;
  }

  /** Codes in the order of the settings, each once; unknown ones come last. */
  inOrder(codes: Iterable<string>): readonly string[] {
    const placeOf = (code: string): number => this.#places.get(code) ?? this.all.length;
    return [...new Set(codes)].sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
  }

  #find(code: string): Business | undefined {
    const place = this.#places.get(code);
    return place === undefined ? undefined : this.all[place];
  }
}

const withoutBrackets = (label: string): string => /^【(.+)】$/u.exec(label)?.[1] ?? label;

/** Before the settings are read, and when they can't be. */
export const NO_BUSINESSES = new Businesses([]);
