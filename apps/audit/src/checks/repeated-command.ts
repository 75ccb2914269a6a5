import type { Account, LedgerEvent, Policy } from '#ledger';

const DAY_MS = 86_400_000;

/**
 * Why the idempotency window should have answered this command without recording anything; null: the
 * command is new, or the window may have dropped its first use. Under an unknown policy (null) only
 * what holds for every policy is checked.
 */
export function repeatFault(
  account: Account,
  firstEvent: LedgerEvent,
  policy: Policy | null,
): string | null {
  const earlier = account.answered.get(firstEvent.commandId);
  if (earlier === undefined) return null;
  // The window keeps the latest moment of what it dropped, so an earlier moment is always a repeat.
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
