import type { SettingsPreview } from '#contracts';

type Item = SettingsPreview['items'][number];

export interface PreviewTotals {
  readonly key: string;
  readonly count: number;
  readonly paid: number;
  readonly wouldPay: number;
}

export interface Preview {
  /** Of the consumptions that the new prices make points of. */
  readonly byBusiness: readonly PreviewTotals[];
  /** Those whose costs change most come first. */
  readonly byUser: readonly PreviewTotals[];
  /** How many consumptions have no price, by the reason. */
  readonly unpriced: ReadonlyMap<string, number>;
}

export function summarizePreview(items: readonly Item[]): Preview {
  const unpriced = new Map<string, number>();
  for (const { code } of items) {
    if (code !== null) unpriced.set(code, (unpriced.get(code) ?? 0) + 1);
  }
  const difference = ({ paid, wouldPay }: PreviewTotals): number => Math.abs(wouldPay - paid);
  const byUser = totalsBy(items, ({ user_id }) => user_id);
  return {
    byBusiness: totalsBy(items, ({ source_type }) => source_type),
    byUser: [...byUser].sort((a, b) => difference(b) - difference(a)),
    unpriced,
  };
}

function totalsBy(items: readonly Item[], keyOf: (item: Item) => string): readonly PreviewTotals[] {
  const totals = new Map<string, PreviewTotals>();
  for (const item of items) {
    if (item.would_pay === null) continue;
    const key = keyOf(item);
    const { count, paid, wouldPay } = totals.get(key) ?? { count: 0, paid: 0, wouldPay: 0 };
    totals.set(key, {
      key,
      count: count + 1,
      paid: paid + item.paid,
      wouldPay: wouldPay + item.would_pay,
    });
  }
  return [...totals.values()];
}
