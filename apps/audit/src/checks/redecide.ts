import {
  REMEMBER_EVERYTHING,
  decide,
  type Account,
  type Decision,
  type LedgerCommand,
  type LedgerEvent,
  type Policy,
} from '#ledger';

const DAY_MS = 86_400_000;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** No limit that an operator sets, and nothing forgotten. */
const UNLIMITED: Policy = {
  ...REMEMBER_EVERYTHING,
  batchesMax: NO_LIMIT,
  openDrawsMax: NO_LIMIT,
};
/** … and every consumption forgotten that closed: its id may have been free again. */
const FORGETTING_CONSUMPTIONS: Policy = { ...UNLIMITED, refundableDays: 0, consumptionsMax: 0 };

/**
 * What the rules record for that command on that account. The account's memory of commands is put
 * aside: whether one was answered before is another question, which depends on the policy.
 */
export function redecide(account: Account, command: LedgerCommand, policy: Policy): Decision {
  const { policy: ownPolicy, answered } = account;
  account.policy = policy;
  account.answered = NO_ANSWERED_COMMANDS;
  try {
    return decide(command, account);
  } finally {
    account.policy = ownPolicy;
    account.answered = answered;
  }
}

const NO_ANSWERED_COMMANDS: Account['answered'] = new Map();

/**
 * The policies under which to try a command that was decided under one that is not known. What its
 * outcome can depend on is how long refunded points had to live: each that the recorded returns
 * could have come of is tried.
 */
export function candidatePolicies(
  command: LedgerCommand,
  recorded: readonly LedgerEvent[],
): readonly Policy[] {
  const base = command.type === 'ConsumePoints' ? FORGETTING_CONSUMPTIONS : UNLIMITED;
  const graceDays = new Set<number>([base.refundGraceDays]);
  for (const event of recorded) {
    if (event.type !== 'PointsRefunded') continue;
    graceDays.add(0);
    for (const { from, into, expiresAt } of event.returns) {
      if (from === into || expiresAt === null) continue;
      graceDays.add(Math.floor((Date.parse(expiresAt) - Date.parse(event.at)) / DAY_MS));
    }
  }
  return [...graceDays]
    .filter((days) => days >= 0)
    .map((refundGraceDays) => ({ ...base, refundGraceDays }));
}
