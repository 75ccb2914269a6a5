import type { ConsumePoints, LedgerCommand, RechargePoints } from './commands.js';
import type { RulesNumber } from '../settings/settings.js';

/** The id of a consumption that its command does not name. */
const UNNAMED: Readonly<Record<RulesNumber, (command: ConsumePoints) => string>> = {
  1: ({ id }) => id,
  2: ({ commandId }) => commandId,
};

/** The id of the consumption that the command begins under those rules. */
export const begunConsumptionId = (command: ConsumePoints, rules: RulesNumber): string =>
  command.consumptionId ?? UNNAMED[rules](command);

/** The id of the consumption that the command is about; null: it is about none. */
export function consumptionIdOf(command: LedgerCommand, rules: RulesNumber): string | null {
  if (command.type === 'ConsumePoints') return begunConsumptionId(command, rules);
  return 'consumptionId' in command ? command.consumptionId : null;
}

/** Never the sender's own id, and never that of the order. */
export const newRechargeId = ({ rechargeId, commandId }: RechargePoints): string =>
  rechargeId ?? commandId;

/** The id of the recharge that the command is about; null: it is about none. */
export function rechargeIdOf(command: LedgerCommand): string | null {
  if (command.type === 'RechargePoints') return newRechargeId(command);
  return 'rechargeId' in command ? command.rechargeId : null;
}
