import type { RecordedEvent } from '#event-store';

import { userOfStream } from '#identity';
import type { RechargeRow } from '../schema/tables.js';
import type { RechargeChange } from './event-rows.js';
import type { LoadedRows } from './loaded-rows.js';
import { PoisonEvent } from './poison-event.js';

interface FoldedRecharge {
  readonly recharge: RechargeRow;
  readonly isNew: boolean;
}

export function foldRecharge(
  user: LoadedRows,
  recorded: RecordedEvent,
  change: RechargeChange,
): FoldedRecharge {
  const known = user.recharges.get(change.of);
  if (change.kind === 'reinstated') {
    if (known === undefined) throw rowsDisagree(recorded, `there is no recharge ${change.of}`);
    known.reinstated += change.points;
    return { recharge: requireConsistent(recorded, known), isNew: false };
  }
  const recharge = known ?? begin(user, recorded, change);
  if (known === undefined) user.recharges.set(change.of, recharge);
  if (change.kind === 'reversed') recharge.reversed += change.points;
  return { recharge: requireConsistent(recorded, recharge), isNew: known === undefined };
}

type Beginning = Exclude<RechargeChange, { readonly kind: 'reinstated' }>;

/**
 * The tables have no row of a recharge that a program of an earlier release wrote. All points of its batch
 * came in with it.
 */
function begin(user: LoadedRows, recorded: RecordedEvent, change: Beginning): RechargeRow {
  const { of, recharge_id, batch_id, source_id } = change;
  const points = change.kind === 'recharged' ? change.points : user.batches.get(batch_id)?.points;
  if (points === undefined) throw rowsDisagree(recorded, `there is no batch ${batch_id}`);
  const user_id = userOfStream(recorded.stream) ?? '';
  return {
    user_id,
    revision: of,
    recharge_id,
    batch_id,
    points,
    reversed: 0,
    reinstated: 0,
    source_id,
  };
}

function requireConsistent(recorded: RecordedEvent, recharge: RechargeRow): RechargeRow {
  const { revision, points, reversed, reinstated } = recharge;
  const undone = reversed - reinstated;
  if (undone < 0 || undone > points) {
    throw rowsDisagree(recorded, `undoes ${undone} of ${points} points of recharge ${revision}`);
  }
  return recharge;
}

const rowsDisagree = (recorded: RecordedEvent, detail: string): PoisonEvent =>
  new PoisonEvent('rows-disagree', recorded, detail);
