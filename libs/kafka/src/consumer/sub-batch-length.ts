export interface SubBatchLimits {
  readonly countMax: number;
  /** Of one key. The ledger recognises a redelivery only while it remembers every command of it. */
  readonly perKeyMax: number;
}

/** How many of the messages, from the first one on, are handled together: at least one. */
export function subBatchLength(
  messages: readonly { readonly key: Buffer | null }[],
  { countMax, perKeyMax }: SubBatchLimits,
): number {
  const countOfKey = new Map<string, number>();
  const end = Math.min(messages.length, countMax);
  for (let at = 0; at < end; at++) {
    const key = messages[at]?.key?.toString('latin1') ?? '';
    const count = (countOfKey.get(key) ?? 0) + 1;
    if (count > perKeyMax) return Math.max(1, at);
    countOfKey.set(key, count);
  }
  return Math.max(1, end);
}
