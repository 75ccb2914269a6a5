import type { Account } from '#ledger';
import type { ReplayResult, StatementLine } from './replay-account.js';

/** The event with the fields of the version in which it is stored. */
export const lineJson = ({ stored, command, rows }: StatementLine) => ({
  revision: stored.revision,
  position: stored.position,
  event: JSON.parse(stored.data) as unknown,
  command,
  rows,
});

export function resultJson(user: string, { account, position, page, stopped }: ReplayResult) {
  return {
    user_id: user,
    revision: account.revision < 0 ? null : account.revision,
    at: account.at === '' ? null : account.at,
    position,
    balance: account.balance,
    held: account.held,
    batches: batchesJson(account),
    open_consumptions: openJson(account),
    page,
    stopped,
  };
}

const batchesJson = ({ drawOrder, remaining }: Account) =>
  [...drawOrder].map(({ id, priority, expiresAt, isGrace }) => ({
    batch_id: id,
    remaining: remaining.get(id) ?? 0,
    priority,
    expires_at: expiresAt,
    grace: isGrace,
  }));

const openJson = ({ openOrder }: Account) =>
  [...openOrder].map(({ consumptionId, of, estimated, settleBy, draws }) => ({
    consumption_id: consumptionId,
    revision: of,
    estimate: estimated,
    settle_by: settleBy,
    draws,
  }));
