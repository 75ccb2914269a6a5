import type { EventStore } from '#event-store';
import { accountStream } from '#identity';
import { LegacyStatement, emptyAccount, evolve, parseEvent, type Account } from '#ledger';
import { ChangesSinceOpening } from './changes-since-opening.js';

/** All that the stream of an account says: what was taken over, and what came of it. */
export interface AccountHistory {
  readonly account: Account;
  readonly statement: LegacyStatement;
  /** null: it is not opened. */
  readonly since: ChangesSinceOpening | null;
}

/** Reads the stream to its end. An event that breaks a rule throws BrokenRule. */
export async function readHistory(store: EventStore, userId: string): Promise<AccountHistory> {
  const account = emptyAccount();
  const statement = new LegacyStatement();
  let since: ChangesSinceOpening | null = null;
  for await (const recorded of store.readStream(accountStream(userId), { latest: true })) {
    const event = parseEvent(recorded);
    evolve(account, event);
    if (event.type === 'LegacyRowsImported') statement.apply(event);
    if (event.type === 'AccountOpened') since = new ChangesSinceOpening(userId, event);
    since?.apply(recorded.revision, event);
  }
  return { account, statement, since };
}
