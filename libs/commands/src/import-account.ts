import type { EncodedEvent, EventStore } from '#event-store';
import { CHAIN_START, accountStream, commandIdOf, importDigest, importSource } from '#identity';
import {
  LEGACY_ROWS_BYTES_MAX,
  LegacyStatement,
  alterationsByRow,
  emptyAccount,
  evolve,
  later,
  parseEvent,
  shownRow,
  type Account,
  type ImportBody,
  type ImportEvent,
  type ImportFields,
  type LegacyRowsImported,
  type NonEmpty,
  type Provenance,
} from '#ledger';
import type { SettingsInForce } from '#settings';
import { encodeEvent } from './encode-event.js';

/** An account as far as its stream goes: what an importer has to know to go on. */
export interface ImportedAccount {
  readonly userId: string;
  readonly account: Account;
  /** Of its last event. */
  readonly hash: Uint8Array;
  readonly statement: LegacyStatement;
}

/** Reads the stream of an account to its end. An event that breaks a rule throws BrokenRule. */
export async function readImportedAccount(
  store: EventStore,
  userId: string,
): Promise<ImportedAccount> {
  const account = emptyAccount();
  const statement = new LegacyStatement();
  let hash: Uint8Array = CHAIN_START;
  for await (const recorded of store.readStream(accountStream(userId), { latest: true })) {
    const event = parseEvent(recorded);
    evolve(account, event);
    if (event.type === 'LegacyRowsImported') statement.apply(event);
    ({ hash } = recorded);
  }
  return { userId, account, hash, statement };
}

export interface ImportOrigin {
  readonly importId: string;
  /** The clock of the importer; of an opening, the moment at which the account was frozen. */
  readonly now: string;
  readonly settings: SettingsInForce;
  readonly correlation: string;
}

/**
 * Encodes the next events of an account, at the revisions behind its last one, and applies them to it. What
 * the rules can't take throws BrokenRule, and what nobody could read again UnreadableEvent: then nothing may
 * be appended, and the account is read again.
 */
export function encodeImported(
  imported: ImportedAccount,
  bodies: NonEmpty<ImportBody>,
  origin: ImportOrigin,
): { readonly events: NonEmpty<EncodedEvent>; readonly after: ImportedAccount } {
  const { userId, account, statement } = imported;
  const { version, rules } = origin.settings.settings;
  if (rules < 2) throw new Error('accounts are taken over under rules 2 only');
  let { hash } = imported;
  const encode = (body: ImportBody): EncodedEvent => {
    const revision = account.revision + 1;
    const { event, id } = importEvent(imported, body, origin, revision);
    if (event.type === 'LegacyRowsImported') requireShowable(event);
    evolve(account, event);
    if (event.type === 'LegacyRowsImported') statement.apply(event);
    const command = { source: importSource(origin.importId), id, type: event.type };
    const { correlation } = origin;
    const provenance: Provenance = { command, correlation, settings: version, rules };
    const encoded = encodeEvent(event, provenance, {
      stream: accountStream(userId),
      revision,
      before: hash,
    });
    if (event.type === 'LegacyRowsImported') requireBounded(encoded);
    // Of all that stands in old tables, something may have a form that events have not.
    parseEvent(encoded);
    ({ hash } = encoded);
    return encoded;
  };
  const [first, ...rest] = bodies;
  const events: NonEmpty<EncodedEvent> = [encode(first), ...rest.map(encode)];
  return { events, after: { userId, account, statement, hash } };
}

function importEvent(
  { userId, account }: ImportedAccount,
  body: ImportBody,
  { importId, now }: ImportOrigin,
  revision: number,
): { readonly event: ImportEvent; readonly id: string } {
  const { type, ...fields } = body;
  const id = commandOf(type, revision);
  const at = later(now, account.at);
  const common = {
    at,
    receivedAt: at,
    commandId: commandIdOf(userId, importSource(importId), id),
    digest: importDigest(type, fields satisfies ImportFields),
    balanceAfter: type === 'AccountOpened' ? body.balance : account.balance,
    owedAfter: account.owed,
  };
  return { event: { ...common, ...body }, id };
}

const COMMANDS = { AccountImported: 'begin', AccountOpened: 'open', AccountHandedBack: 'back' };

/** The id of what an importer does to an account: it does each once, but for rows. */
const commandOf = (type: ImportBody['type'], revision: number): string =>
  type === 'LegacyRowsImported' ? `rows:${revision}` : COMMANDS[type];

/** What the read table can't hold has to be altered, or the account would be parked. */
function requireShowable({ rows, altered }: LegacyRowsImported): void {
  const alterations = alterationsByRow(altered);
  for (const row of rows) shownRow(row, alterations.get(row[0]));
}

function requireBounded({ data }: EncodedEvent): void {
  const bytes = Buffer.byteLength(data);
  if (bytes > LEGACY_ROWS_BYTES_MAX) throw new Error(`an event of rows of ${bytes} bytes`);
}
