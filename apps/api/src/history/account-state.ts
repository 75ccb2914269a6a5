import type { AccountState } from '#contracts';
import type { Account } from '#ledger';

export function toAccountState(userId: string, account: Account): AccountState {
  const { revision, at, balance, held, owed } = account;
  const isEmpty = revision < 0;
  return {
    user_id: userId,
    revision: isEmpty ? null : revision,
    at: isEmpty ? null : at,
    balance,
    held,
    owed,
    batches: toBatches(account),
    open_consumptions: toOpenConsumptions(account),
    remembered_commands: account.answered.size,
    remembered_consumptions: account.consumptions.size,
  };
}

const toBatches = ({ drawOrder, remaining }: Account): AccountState['batches'] =>
  [...drawOrder].map(({ id, priority, expiresAt, isGrace }) => ({
    batch_id: id,
    remaining: remaining.get(id) ?? 0,
    priority,
    expires_at: expiresAt,
    grace: isGrace,
  }));

const toOpenConsumptions = ({ openOrder }: Account): AccountState['open_consumptions'] =>
  [...openOrder].map(({ of, consumptionId, sourceType, sourceId, estimated, settleBy, draws }) => ({
    consumption_id: consumptionId,
    revision: of,
    source_type: sourceType,
    source_id: sourceId,
    estimate: estimated,
    settle_by: settleBy ?? '',
    draws: draws.map(({ batchId, points }) => ({ batch_id: batchId, points })),
  }));
