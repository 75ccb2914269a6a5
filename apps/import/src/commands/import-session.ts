import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { TakeOverTerms } from '#import';
import type { Settings } from '#ledger';
import type { ImportSession } from '../ledger/append-bodies.js';
import {
  currentTakeOver,
  lastTakeOver,
  type CurrentTakeOver,
  type LastTakeOver,
} from '../ledger/current-take-over.js';
import { requireRules2 } from '../ledger/require-rules-2.js';
import { withLedger, type Ledger } from '../ledger/open-ledger.js';
import type { CommandContext } from './command-context.js';
import { withoutPassword } from './ledger-settings.js';

export interface SessionOptions {
  readonly from: string;
  readonly by?: string;
}

export interface OpenSession<TakeOver = CurrentTakeOver> {
  readonly ledger: Ledger;
  readonly takeOver: TakeOver;
  readonly session: ImportSession;
  /** What accounts are read by, by the settings in force at a moment. */
  readonly termsAt: (at: string) => Promise<TakeOverTerms>;
}

/** Opens the ledger, and the take-over that is on there. */
export const withSession = <T>(
  context: CommandContext,
  options: SessionOptions,
  work: (open: OpenSession) => Promise<T>,
): Promise<T> => withTakeOver(context, options, ({ store }) => currentTakeOver(store), work);

/** The same for what can be done behind the end of a take-over too. */
export const withLastSession = <T>(
  context: CommandContext,
  options: SessionOptions,
  work: (open: OpenSession<LastTakeOver>) => Promise<T>,
): Promise<T> => withTakeOver(context, options, ({ store }) => lastTakeOver(store), work);

const withTakeOver = <TakeOver extends CurrentTakeOver, T>(
  { env }: CommandContext,
  options: SessionOptions,
  find: (ledger: Ledger) => Promise<TakeOver>,
  work: (open: OpenSession<TakeOver>) => Promise<T>,
): Promise<T> =>
  withLedger(env, async (ledger) => {
    const takeOver = await find(ledger);
    const { importId, mapping, mapDigest } = takeOver;
    await requireRules2(ledger.settings);
    const session: ImportSession = {
      ledger,
      importId,
      mapDigest,
      by: options.by ?? userInfo().username,
      from: nameOf(options.from),
      correlation: `import-${importId}-${randomUUID()}`,
    };
    const termsAt = async (at: string): Promise<TakeOverTerms> => {
      const { settings } = await ledger.settings.inForceAt(at);
      return termsOf(mapping, settings, at);
    };
    return work({ ledger, takeOver, session, termsAt });
  });

const FROM_CHARS_MAX = 200;

/** What events say of where the rows are from. */
const nameOf = (url: string): string => withoutPassword(url).slice(0, FROM_CHARS_MAX);

export const termsOf = (
  mapping: TakeOverTerms['mapping'],
  settings: Settings,
  at: string,
): TakeOverTerms => ({
  mapping,
  at,
  labels: new Map(settings.businesses.map(({ code, label }) => [code, label])),
  limits: settings.policy,
});
