import type { LogRecord } from './log-record.js';
import { invalidArgument } from './rpc-errors.js';
import type { streams } from './definitions.js';

export interface Filter {
  readonly matches: (record: LogRecord) => boolean;
  /** Events looked at at once. */
  readonly window: number;
  /** Events looked at, matching or not, between two checkpoints. */
  readonly checkpointEvery: number;
}

/** What the server looks through at once when the client names no window. */
const SEARCH_WINDOW = 32;

export function filterOf(options: streams.ReadReq.Options): Filter | null {
  const filter = options.getFilter();
  if (filter === undefined) return null;
  const byType = filter.getEventType();
  const expression = byType ?? filter.getStreamIdentifier();
  if (expression === undefined) throw invalidArgument('a filter on neither type nor stream');
  const accepts = matcherOf(expression);
  const window = filter.hasMax() ? filter.getMax() : SEARCH_WINDOW;
  return {
    matches: (record) => accepts(byType === undefined ? record.stream : record.type),
    window,
    checkpointEvery: window * filter.getCheckpointintervalmultiplier(),
  };
}

function matcherOf(
  expression: streams.ReadReq.Options.FilterOptions.Expression,
): (value: string) => boolean {
  const regex = expression.getRegex();
  if (regex !== '') {
    const pattern = new RegExp(regex);
    return (value) => pattern.test(value);
  }
  const prefixes = expression.getPrefixList();
  return (value) => prefixes.some((prefix) => value.startsWith(prefix));
}
