/** How a fraction of a point is rounded. */
export const ROUNDINGS = ['up', 'half_up', 'down'] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** What a quantity costs. Decimals are text, so that no digit of them is lost. */
export interface Price {
  readonly points: string;
  /** For so many units. */
  readonly per: string;
  /** A quantity counts as the next multiple of it; null: as it is. */
  readonly step: string | null;
  /** The least that a quantity above 0 costs. */
  readonly minimum: number;
  readonly rounding: Rounding;
}

/** A service that spends points. It is never removed, only retired, and its unit never changes. */
export interface Business {
  readonly code: string;
  readonly label: string;
  /** What a quantity counts. */
  readonly unit: string;
  /** null: every command tells the points. */
  readonly price: Price | null;
  /** No consumption of it can begin any more. */
  readonly retired: boolean;
}

/** A consumption is one call when it tells no quantity. */
export const UNIT_CALL = 'call';
/** The quantity is the duration. */
export const UNIT_SECOND = 'second';

/** The price as a consumption froze it, with the version of the settings that it stood in. */
export interface FrozenPrice extends Price {
  readonly settings: number;
  readonly unit: string;
}
