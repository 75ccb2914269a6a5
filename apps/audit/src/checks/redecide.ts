import {
  REMEMBER_EVERYTHING,
  TERMS_OF_RULES_1,
  decide,
  type Account,
  type Decision,
  type LedgerCommand,
  type LedgerEvent,
  type AccountPolicy,
  type Policy,
  type Terms,
} from '#ledger';

const DAY_MS = 86_400_000;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Without any limit that an operator sets, and with nothing forgotten. */
const UNLIMITED: Policy = {
  ...REMEMBER_EVERYTHING,
  batchesMax: NO_LIMIT,
  openDrawsMax: NO_LIMIT,
};
/** Forgets each consumption when it closes, because its id may have been free again. */
const FORGETTING_CONSUMPTIONS: Policy = { ...UNLIMITED, refundableDays: 0, consumptionsMax: 0 };

/**
 * Decides a command again on the account as it was then. The idempotency window is left out: whether
 * the command was answered before depends on the policy and is checked by `repeatFault`.
 */
export function redecide(
  account: Account,
  command: LedgerCommand,
  policy: AccountPolicy,
  terms: Terms = TERMS_OF_RULES_1,
): Decision {
  const { policy: ownPolicy, answered } = account;
  account.policy = policy;
  account.answered = NO_ANSWERED_COMMANDS;
  try {
    return decide(command, account, terms);
  } finally {
    account.policy = ownPolicy;
    account.answered = answered;
  }
}

const NO_ANSWERED_COMMANDS: Account['answered'] = new Map();

/**
 * The policies to try for a command that was decided under an unknown one. The outcome depends on the
 * policy only by the grace days of refunded points, so each number of days that would explain the
 * recorded returns is tried.
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
