import {
  epochMs,
  type CommandType,
  type LedgerCommand,
  type LedgerEvent,
  type Provenance,
} from '#ledger';

/** All events that one command produced, in order, and the provenance stored with them. */
export interface CommandEvents {
  readonly first: number;
  readonly events: readonly [LedgerEvent, ...LedgerEvent[]];
  readonly provenance: Provenance;
}

/** What the events show of the command that produced them. */
export type ReconstructedCommand =
  | { readonly kind: 'command'; readonly command: LedgerCommand }
  /** The content of a refused command is not recorded. Only what fell due by then can be checked. */
  | { readonly kind: 'refused'; readonly command: LedgerCommand }
  | { readonly kind: 'mismatch'; readonly why: string };

type CommandEnvelope = Pick<
  LedgerCommand,
  'userId' | 'source' | 'id' | 'commandId' | 'digest' | 'at'
>;

export function reconstructCommand(
  userId: string,
  { events, provenance }: CommandEvents,
): ReconstructedCommand {
  const [firstEvent] = events;
  const last = events.at(-1) ?? firstEvent;
  const { source, id, type } = provenance.command;
  const { commandId, digest, receivedAt: at } = firstEvent;
  const envelope: CommandEnvelope = { userId, source, id, commandId, digest, at };
  if (last.type === 'CommandRefused') {
    if (last.commandType !== type) {
      return {
        kind: 'mismatch',
        why: `a ${last.commandType} is refused, the command is a ${type}`,
      };
    }
    return { kind: 'refused', command: { type: 'ExpirePoints', ...envelope } };
  }
  const command = RECONSTRUCTORS.get(type)?.(events, envelope);
  if (command == null) return { kind: 'mismatch', why: `nothing in it comes of a ${type}` };
  return { kind: 'command', command };
}

type Reconstructor = (
  events: readonly LedgerEvent[],
  envelope: CommandEnvelope,
) => LedgerCommand | null;

const RECONSTRUCTORS: ReadonlyMap<string, Reconstructor> = new Map(
  Object.entries<Reconstructor>({
    RechargePoints: reconstructRecharge,
    ConsumePoints: reconstructConsumption,
    SettleConsumption: reconstructSettlement,
    RefundPoints: reconstructRefund,
    ExpirePoints: (_, envelope) => ({ type: 'ExpirePoints', ...envelope }),
  } satisfies Partial<Record<CommandType, Reconstructor>>),
);

function reconstructRecharge(
  events: readonly LedgerEvent[],
  envelope: CommandEnvelope,
): LedgerCommand | null {
  const ownEvent = events.at(-1);
  if (ownEvent?.type !== 'PointsRecharged') return null;
  const { points, expiresAt, priority, sourceId } = ownEvent;
  const rechargeId = null;
  return { type: 'RechargePoints', points, expiresAt, priority, sourceId, rechargeId, ...envelope };
}

function reconstructConsumption(
  events: readonly LedgerEvent[],
  envelope: CommandEnvelope,
): LedgerCommand | null {
  const ownEvent = events.at(-1);
  if (ownEvent?.type !== 'PointsConsumed') return null;
  const { points, consumptionId, sourceType, sourceId, duration, settleBy, at } = ownEvent;
  const settleWithin = settleBy === null ? null : (epochMs(settleBy) - epochMs(at)) / 1000;
  return {
    type: 'ConsumePoints',
    points,
    consumptionId,
    sourceType,
    sourceId,
    duration,
    quantity: null,
    settleWithin,
    overrun: null,
    onTimeout: null,
    ...envelope,
  };
}

function reconstructSettlement(
  events: readonly LedgerEvent[],
  envelope: CommandEnvelope,
): LedgerCommand | null {
  const ownEvent = events.findLast((event) => event.type === 'ConsumptionSettled');
  if (ownEvent === undefined) return null;
  const { consumptionId, actual: points, duration } = ownEvent;
  const cost = { points, duration, quantity: null };
  return { type: 'SettleConsumption', consumptionId, ...cost, overrun: null, ...envelope };
}

/** A refund of a pre-deduction that had timed out returns nothing more: it only closes it. */
function reconstructRefund(
  events: readonly LedgerEvent[],
  envelope: CommandEnvelope,
): LedgerCommand | null {
  const ownEvent = events.findLast(
    (event) =>
      event.type === 'ConsumptionSettled' ||
      (event.type === 'PointsRefunded' && event.cause !== 'timed_out'),
  );
  if (ownEvent?.type === 'ConsumptionSettled') {
    const { consumptionId } = ownEvent;
    return { type: 'RefundPoints', consumptionId, points: null, reason: null, ...envelope };
  }
  if (ownEvent?.type !== 'PointsRefunded') return null;
  const { consumptionId, points, reason } = ownEvent;
  return { type: 'RefundPoints', consumptionId, points, reason, ...envelope };
}
