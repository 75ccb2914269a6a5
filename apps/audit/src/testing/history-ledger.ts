import { MemoryEventStore } from '#event-store/testing';
import { commandIdOf } from '#identity';
import type { LedgerCommand } from '#ledger';
import type { CommandHistory } from '#ledger/testing';
import type { StoredEvent } from '../store/event-source.js';
import { WriterUnderSettings } from './ledger-writer.js';
import { storedEventsIn } from './sample-events.js';

/** Before the first command of any history. */
const PUBLISHED = '2029-12-01T00:00:00.000Z';

/** The store that the commands of a history make, as far as their senders could have sent them. */
export async function ledgerOfHistory({
  settings,
  commands,
}: CommandHistory): Promise<StoredEvent[]> {
  const store = new MemoryEventStore();
  const writer = new WriterUnderSettings(store);
  for (const version of settings) await writer.publish({ ...version, at: PUBLISHED });
  const derived = new Map(
    commands.map(({ commandId, userId, source, id }) => [
      commandId,
      commandIdOf(userId, source, id),
    ]),
  );
  const idOf = (id: string | null): string | undefined =>
    id === null ? undefined : (derived.get(id) ?? id);
  for (const command of commands) {
    const { source, id, type, at } = command;
    await writer.run({ source, id, type, at, data: dataOf(command, idOf) }, id);
  }
  return storedEventsIn(store);
}

/** What a sender would have told. Histories name what nobody named by ids that are no derived ones. */
function dataOf(command: LedgerCommand, idOf: (id: string | null) => string | undefined): object {
  const user_id = command.userId;
  switch (command.type) {
    case 'RechargePoints': {
      const { points, priority, expiresAt: expires_at, sourceId: source_id } = command;
      return withoutNulls({
        user_id,
        points,
        priority,
        source_id,
        recharge_id: idOf(command.rechargeId),
        expires_at,
      });
    }
    case 'ConsumePoints':
      return withoutNulls({
        user_id,
        ...costOf(command),
        source_type: command.sourceType,
        source_id: command.sourceId,
        consumption_id: idOf(command.consumptionId),
        settle_within: command.settleWithin,
        overrun: command.overrun,
        on_timeout: command.onTimeout,
      });
    case 'ExtendConsumption':
      return withoutNulls({
        user_id,
        ...costOf(command),
        consumption_id: idOf(command.consumptionId),
        settle_within: command.settleWithin,
      });
    case 'SettleConsumption':
      return withoutNulls({
        user_id,
        ...costOf(command),
        consumption_id: idOf(command.consumptionId),
        overrun: command.overrun,
      });
    case 'RefundPoints': {
      const { points, reason } = command;
      return withoutNulls({
        user_id,
        points,
        reason,
        consumption_id: idOf(command.consumptionId),
      });
    }
    case 'ReverseRecharge': {
      const { points, cause, shortfall, reason } = command;
      const recharge_id = idOf(command.rechargeId);
      return withoutNulls({ user_id, points, cause, shortfall, reason, recharge_id });
    }
    case 'ReinstateRecharge': {
      const { points, reason } = command;
      return withoutNulls({ user_id, points, reason, recharge_id: idOf(command.rechargeId) });
    }
    case 'ExpirePoints':
      return { user_id };
  }
}

const costOf = ({
  points,
  quantity,
  duration,
}: Extract<LedgerCommand, { readonly quantity: number | null }>) => ({
  points,
  quantity,
  duration,
});

/** A field that is null would be an unknown one by rules 1. Only this one must be told. */
const withoutNulls = (data: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(
    Object.entries(data).filter(([name, value]) => value != null || name === 'expires_at'),
  );
