import type { RechargePoints } from './commands.js';
import { batchIdOf } from './batch-id.js';
import { newRechargeId } from './command-ids.js';
import type { PendingEvents } from './pending-events.js';
import type { Refusal } from './refusals.js';
import { RECHARGE_BALANCE_MAX } from '../settings/limits.js';

export function recharge(pending: PendingEvents, command: RechargePoints): Refusal | null {
  const { points, expiresAt, priority, sourceId } = command;
  const { rules } = pending;
  const rechargeId = newRechargeId(command);
  const reused = rules.rechargeIdRefusal(pending, rechargeId);
  if (reused !== null) return reused;
  const { balance, held } = pending.state;
  if (expiresAt !== null && expiresAt <= pending.at) {
    return { code: 'AlreadyExpired', details: { expiresAt } };
  }
  if (balance + held + points > RECHARGE_BALANCE_MAX) {
    return { code: 'BalanceLimit', details: { balance, held, asked: points } };
  }
  if (rules.countBatches(pending.state) >= pending.policy.batchesMax) {
    return { code: 'TooManyBatches', details: {} };
  }
  const batchId = batchIdOf(command.commandId, pending.nextRevision, expiresAt);
  pending.record(
    { type: 'PointsRecharged', batchId, points, expiresAt, priority, sourceId, rechargeId },
    points,
  );
  return null;
}
