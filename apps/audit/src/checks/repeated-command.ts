import type { Account, LedgerEvent, Policy } from '#ledger';

const DAY_MS = 86_400_000;

/**
 * Why a command that begins with that event should have been answered without recording anything;
 * null: it is new, or its account may have forgotten the one before. The policy is null where it is
 * not known: then what every policy has in common must hold.
 */
export function repeatFault(
  account: Account,
  firstEvent: LedgerEvent,
  policy: Policy | null,
): string | null {
  const earlier = account.answered.get(firstEvent.commandId);
  if (earlier === undefined) return null;
  // What was forgotten can't be told from a repeat unless it came later than all that was.
  if (firstEvent.receivedAt <= earlier.receivedAt) {
    return `its command was answered at revision ${earlier.revision}, and carried out again`;
  }
  if (policy === null) return null;
  const { answeredQueue: queue } = account;
  const newer = queue.length - 1 - queue.findLastIndex((answered) => answered === earlier);
  const isOld = earlier.atMs < Date.parse(firstEvent.at) - policy.rememberDays * DAY_MS;
  const isForgotten = newer >= policy.rememberMax || (newer >= policy.rememberMin && isOld);
  return isForgotten
    ? null
    : `its command was answered at revision ${earlier.revision}, which was remembered then`;
}
