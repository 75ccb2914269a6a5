import type { Account, LedgerEvent, Policy } from '#ledger';

const DAY_MS = 86_400_000;

/**
 * Why a command that begins with that event should have been answered without recording anything;
 * null: it is new, or its account may have forgotten the one before. The policy is null where it is
 * not known: then what every policy has in common must hold.
 */
export function faultOfRepeat(
  account: Account,
  begin: LedgerEvent,
  policy: Policy | null,
): string | null {
  const before = account.answered.get(begin.commandId);
  if (before === undefined) return null;
  // What was forgotten can't be told from a repeat unless it came later than all that was.
  if (begin.receivedAt <= before.receivedAt) {
    return `its command was answered at revision ${before.revision}, and carried out again`;
  }
  if (policy === null) return null;
  const { answeredQueue: queue } = account;
  const newer = queue.length - 1 - queue.findLastIndex((answered) => answered === before);
  const isOld = before.atMs < Date.parse(begin.at) - policy.rememberDays * DAY_MS;
  const isForgotten = newer >= policy.rememberMax || (newer >= policy.rememberMin && isOld);
  return isForgotten
    ? null
    : `its command was answered at revision ${before.revision}, which was remembered then`;
}
