import type { PendingEvents } from './pending-events.js';
import type { Consumption } from './state.js';
import { isConsumptionRetained } from './idempotency-window.js';
import type { Business } from '../settings/business.js';
import { invariant } from '../support/assert.js';

/** The consumption with that id, unless its window has ended by the time of the command. */
export function retainedConsumption(
  pending: PendingEvents,
  consumptionId: string,
): Consumption | undefined {
  const { state } = pending;
  const found = state.consumptions.get(consumptionId);
  return found && isConsumptionRetained(found, state, pending.policy, pending.atMs)
    ? found
    : undefined;
}

/** The business of a consumption that began, which may be retired by now. */
export function requireBusiness(pending: PendingEvents, { sourceType }: Consumption): Business {
  const business = pending.business(sourceType);
  invariant(business !== undefined, 'no business is ever removed from the settings');
  return business;
}
