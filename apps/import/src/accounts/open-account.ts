import type pg from 'pg';
import { analyseAccount, type AnalysedAccount, type Fault, type TakeOverTerms } from '#import';
import type { ImportedAccount } from '#commands';
import { rowsDigest } from '#identity';
import { fitOpening, later, openingFault, type ImportBody } from '#ledger';
import { isOfOneAccount } from '../errors.js';
import {
  freeze,
  isChangedMeanwhile,
  lockAccount,
  setState,
  type Frozen,
} from '../freeze/account-states.js';
import { appendBodies, type ImportSession, type NextBodies } from '../ledger/append-bodies.js';
import { rollBack } from '../source/old-database.js';
import type { OldTables } from '../source/old-tables.js';
import { readAccount } from '../source/read-account.js';
import { refusedStream, rowBodies } from './import-rows.js';
import { releaseLocked } from './release-account.js';

/** What became of one account. Unless it is opened, its writers go on. */
export type OpenResult =
  /** `pausedMs`: how long no writer was let in. */
  | { readonly kind: 'opened'; readonly balance: number; readonly pausedMs: number }
  /** By this importer or another one. */
  | { readonly kind: 'opened before' }
  /** It was, and nothing held its writers: the old database was restored, or its table was changed. */
  | { readonly kind: 'writable there' }
  /** It went back to the old service, which goes on with it. */
  | { readonly kind: 'handed back' }
  /** One of its writers takes too long, or another importer has it: it is tried again later. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'undecided'; readonly faults: readonly Fault[] }
  | { readonly kind: 'refused'; readonly why: string };

export interface OpenOptions {
  readonly waitMsMax: number;
  readonly frozenBy: 'trigger' | 'word';
  /** By the settings in force when the account was frozen. */
  readonly termsAt: (frozenAt: string) => Promise<TakeOverTerms>;
}

/**
 * Freezes an account, reads all of it again under its lock, and opens it. Where it is killed, or gets no
 * answer, the account stays frozen, and the same goes on: what is in the stream already is met there.
 */
export async function openAccount(
  client: pg.Client,
  tables: OldTables,
  session: ImportSession,
  userId: string,
  options: OpenOptions,
): Promise<OpenResult> {
  const startedMs = performance.now();
  const frozen = await freeze(client, userId, options.waitMsMax);
  if (frozen === null) return { kind: 'busy' };
  try {
    const state = await lockAccount(client, userId);
    // Another one released it meanwhile: its writers go on.
    if (state === 'free') {
      await rollBack(client);
      return { kind: 'busy' };
    }
    const result =
      state === 'moved'
        ? ({ kind: 'opened before' } as const)
        : await openLocked(client, tables, session, userId, frozen, options);
    const isMoved = result.kind === 'opened' || isOpenedBefore(result);
    if (isMoved) await setState(client, userId, 'moved');
    else await releaseLocked(client, session, userId);
    await client.query('commit');
    const pausedMs = performance.now() - startedMs;
    return result.kind === 'opened' ? { ...result, pausedMs } : result;
  } catch (error) {
    await rollBack(client);
    if (isChangedMeanwhile(error)) return { kind: 'busy' };
    throw error;
  }
}

const isOpenedBefore = ({ kind }: LockedResult): boolean =>
  kind === 'opened before' || kind === 'writable there';

type LockedResult =
  | Exclude<OpenResult, { readonly kind: 'opened' }>
  | { readonly kind: 'opened'; readonly balance: number };

async function openLocked(
  client: pg.Client,
  tables: OldTables,
  session: ImportSession,
  userId: string,
  { since: frozenAt, wasFree }: Frozen,
  options: OpenOptions,
): Promise<LockedResult> {
  let result: LockedResult = { kind: wasFree ? 'writable there' : 'opened before' };
  const next: NextBodies = async (imported) => {
    const refused = refusedStream(imported, session.importId);
    if (refused !== null) {
      result = { kind: 'refused', why: refused };
      return null;
    }
    if (imported.account.takeOver?.phase === 'handed_back') {
      result = { kind: 'handed back' };
      return null;
    }
    if (imported.account.takeOver?.openedAt != null) return null;
    const found = await readAccount(client, tables, userId);
    if (found.kind === 'no user') {
      result = { kind: 'refused', why: 'a table spells the user in two ways' };
      return null;
    }
    // When the opening will be: behind what was imported before.
    const at = later(frozenAt, imported.account.at);
    const analysed = analyseAccount(found.account, await options.termsAt(at));
    const bodies = rowBodies(imported, analysed.rows, session);
    const opening = openingOf(imported, analysed, bodies, session, options.frozenBy);
    result = resultOf(analysed, opening, at);
    return result.kind === 'opened' && opening !== null ? [...bodies, opening] : bodies;
  };
  try {
    // The end of the stream is read first, and then the rows.
    await appendBodies(session, userId, frozenAt, next);
  } catch (error) {
    if (!isOfOneAccount(error)) throw error;
    return { kind: 'refused', why: error.message };
  }
  return result;
}

function resultOf(
  { faults }: AnalysedAccount,
  opening: OpeningBody | null,
  at: string,
): LockedResult {
  const undecided = faults.filter(({ status }) => status === 'undecided');
  if (undecided.length > 0) return { kind: 'undecided', faults: undecided };
  if (opening === null) return { kind: 'refused', why: 'TooMuch: the opening is too large' };
  const fault = openingFault(opening, at);
  return fault === null
    ? { kind: 'opened', balance: opening.balance }
    : { kind: 'refused', why: fault };
}

type OpeningBody = Extract<ImportBody, { readonly type: 'AccountOpened' }>;

/** null: something is undecided, or it is too large. */
function openingOf(
  { account }: ImportedAccount,
  { rows, opening }: AnalysedAccount,
  bodies: readonly ImportBody[],
  { importId, mapDigest, by }: ImportSession,
  frozenBy: OpenOptions['frozenBy'],
): OpeningBody | null {
  if (opening === null) return null;
  const said = bodies.findLast((body) => body.type === 'LegacyRowsImported');
  const fitted = fitOpening({
    importId,
    mapDigest,
    ...opening,
    leftOut: 0,
    rows: rows.length,
    throughId: said?.throughId ?? account.takeOver?.throughId ?? null,
    rowsDigest: rowsDigest(rows.map(({ row }) => row)),
    frozenBy,
    by,
  });
  return fitted && { type: 'AccountOpened', ...fitted };
}
