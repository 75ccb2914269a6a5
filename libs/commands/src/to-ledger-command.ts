import type { CommandBody } from '#contracts';
import { commandIdOf, digestOf, digestedData, type DigestedData } from '#identity';
import { PRIORITY_DEFAULT, type LedgerCommand, type Shortfall } from '#ledger';

const SHORTFALL_DEFAULT: Shortfall = 'owe';

/** A parsed command, with the source and the id that its sender gave it. */
export type SentCommand = CommandBody & { readonly source: string; readonly id: string };

/**
 * `at`: when the trusted side received it, ISO-8601 UTC with milliseconds. `digested`: what the digest
 * covers, for a caller that records it as well.
 */
export function toLedgerCommand(
  sent: SentCommand,
  at: string,
  digested: DigestedData = digestedData(sent.data),
): LedgerCommand {
  const { source, id, type, data } = sent;
  const userId = data.user_id;
  return commandFrom(sent, {
    userId,
    source,
    id,
    commandId: commandIdOf(userId, source, id),
    digest: digestOf(type, digested),
    at,
  });
}

type CommandHeader = Pick<
  LedgerCommand,
  'userId' | 'source' | 'id' | 'commandId' | 'digest' | 'at'
>;

/** The header is spread last: V8 adds properties behind a spread ten times as slowly. */
function commandFrom({ type, data }: SentCommand, header: CommandHeader): LedgerCommand {
  switch (type) {
    case 'RechargePoints':
      return {
        type,
        points: data.points,
        expiresAt: data.expires_at,
        priority: data.priority ?? PRIORITY_DEFAULT,
        sourceId: data.source_id ?? null,
        rechargeId: data.recharge_id ?? null,
        ...header,
      };
    case 'ConsumePoints':
      return {
        type,
        sourceType: data.source_type,
        points: data.points ?? null,
        sourceId: data.source_id ?? null,
        duration: data.duration ?? null,
        quantity: data.quantity ?? null,
        consumptionId: data.consumption_id ?? null,
        settleWithin: data.settle_within ?? null,
        overrun: data.overrun ?? null,
        onTimeout: data.on_timeout ?? null,
        ...header,
      };
    case 'ExtendConsumption':
      return {
        type,
        consumptionId: data.consumption_id,
        points: data.points ?? null,
        quantity: data.quantity ?? null,
        duration: data.duration ?? null,
        settleWithin: data.settle_within ?? null,
        ...header,
      };
    case 'SettleConsumption':
      return {
        type,
        consumptionId: data.consumption_id,
        points: data.points ?? null,
        quantity: data.quantity ?? null,
        duration: data.duration ?? null,
        overrun: data.overrun ?? null,
        ...header,
      };
    case 'RefundPoints':
      return {
        type,
        consumptionId: data.consumption_id,
        points: data.points ?? null,
        reason: data.reason ?? null,
        ...header,
      };
    case 'ReverseRecharge':
      return {
        type,
        rechargeId: data.recharge_id,
        points: data.points ?? null,
        cause: data.cause,
        shortfall: data.shortfall ?? SHORTFALL_DEFAULT,
        reason: data.reason ?? null,
        ...header,
      };
    case 'ReinstateRecharge':
      return {
        type,
        rechargeId: data.recharge_id,
        points: data.points ?? null,
        reason: data.reason ?? null,
        ...header,
      };
    case 'ExpirePoints':
      return { type, ...header };
  }
}
