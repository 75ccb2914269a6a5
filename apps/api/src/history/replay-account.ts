import { AccountDamaged } from '#commands';
import type { EventStore, Position } from '#event-store';
import { accountStream } from '#identity';
import {
  LegacyStatement,
  REMEMBER_EVERYTHING,
  emptyAccount,
  evolve,
  type Account,
  type LedgerEvent,
} from '#ledger';
import { decodeEvent, reportAsDamage } from './stored-event.js';

export interface ReplayedAccount {
  readonly account: Account;
  /** The position of the last included event, or null when there is none. */
  readonly position: Position | null;
  /** Its rows of another service. */
  readonly legacy: LegacyStatement;
}

/** Replays the events of an account up to the first one that is not included. */
export async function replayAccount(
  store: EventStore,
  userId: string,
  isIncluded: (event: LedgerEvent, revision: number) => boolean,
): Promise<ReplayedAccount> {
  const account = emptyAccount(REMEMBER_EVERYTHING);
  const legacy = new LegacyStatement();
  let position: Position | null = null;
  for await (const recorded of store.readStream(accountStream(userId))) {
    const { event } = decodeEvent(recorded);
    const expected = account.revision + 1;
    if (recorded.revision !== expected) {
      const reason = `revision ${recorded.revision} stands in its place`;
      throw new AccountDamaged(recorded.stream, expected, reason);
    }
    if (!isIncluded(event, recorded.revision)) break;
    if (event.type === 'LegacyRowsImported') legacy.apply(event);
    reportAsDamage(recorded, () => evolve(account, event));
    ({ position } = recorded);
  }
  return { account, position, legacy };
}
