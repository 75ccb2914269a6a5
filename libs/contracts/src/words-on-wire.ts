import { SOURCE_TYPES, type SourceType } from '#ledger';

/** The businesses that answers to readers know: those of rules 1. */
export function sourceTypeOnWire(sourceType: string): SourceType {
  const known = SOURCE_TYPES.find((one) => one === sourceType);
  if (known === undefined) throw new Error(`the wire has no word for ${sourceType}`);
  return known;
}
