import type { Refusal } from './refusals.js';
import type { ConsumePoints, ExtendConsumption, SettleConsumption } from './commands.js';
import { UNIT_SECOND, type Business } from '../settings/business.js';

// A command tells what a consumption costs as points, or as what a price counts: the seconds of a
// business that is billed by the second, else the quantity of its units.

type Cost = Pick<ConsumePoints | ExtendConsumption | SettleConsumption, 'quantity' | 'duration'>;

/** Why the command can't tell that of the business. */
export function measureRefusal(
  { quantity, duration }: Cost,
  { code: sourceType, unit }: Business,
): Refusal | null {
  if (duration !== null && unit !== UNIT_SECOND) {
    return { code: 'DurationNotAllowed', details: { sourceType } };
  }
  if (quantity !== null && unit === UNIT_SECOND) {
    return { code: 'QuantityNotAllowed', details: { sourceType } };
  }
  return null;
}

/** What a price counts of the command; null: nothing was told. */
export const measureOf = ({ quantity, duration }: Cost, { unit }: Business): number | null =>
  unit === UNIT_SECOND ? duration : quantity;
