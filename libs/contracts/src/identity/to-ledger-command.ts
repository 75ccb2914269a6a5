import { PRIORITY_DEFAULT, type LedgerCommand } from '#ledger';
import type { CommandBody } from '../command-data.js';
import { digestOf } from './digest.js';
import { commandUuid } from './ids.js';

/** A command past the parser, and what its sender calls it. */
export type SentCommand = CommandBody & { readonly source: string; readonly id: string };

/** `at`: when the trusted side received it, ISO-8601 UTC with milliseconds. */
export function toLedgerCommand(sent: SentCommand, at: string): LedgerCommand {
  const { source, id, type, data } = sent;
  const userId = data.user_id;
  const asked = {
    userId,
    source,
    id,
    commandId: commandUuid(userId, source, id),
    digest: digestOf(type, data),
    at,
  };
  return commandOf(sent, asked);
}

type Asked = Pick<LedgerCommand, 'userId' | 'source' | 'id' | 'commandId' | 'digest' | 'at'>;

/** The shared fields come last: an object that grows behind a spread is ten times slower in V8. */
function commandOf({ type, data }: SentCommand, asked: Asked): LedgerCommand {
  switch (type) {
    case 'RechargePoints':
      return {
        type,
        points: data.points,
        expiresAt: data.expires_at,
        priority: data.priority ?? PRIORITY_DEFAULT,
        sourceId: data.source_id ?? null,
        ...asked,
      };
    case 'ConsumePoints':
      return {
        type,
        sourceType: data.source_type,
        points: data.points,
        sourceId: data.source_id ?? null,
        duration: data.duration ?? null,
        consumptionId: data.consumption_id ?? asked.id,
        settleWithin: data.settle_within ?? null,
        ...asked,
      };
    case 'SettleConsumption':
      return {
        type,
        consumptionId: data.consumption_id,
        points: data.points,
        duration: data.duration ?? null,
        ...asked,
      };
    case 'RefundPoints':
      return {
        type,
        consumptionId: data.consumption_id,
        points: data.points ?? null,
        reason: data.reason ?? null,
        ...asked,
      };
    case 'ExpirePoints':
      return { type, ...asked };
  }
}
