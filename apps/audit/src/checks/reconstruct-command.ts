import {
  msOf,
  type CommandType,
  type LedgerCommand,
  type LedgerEvent,
  type Provenance,
} from '#ledger';

/** All events that one command made, in order, and what stands beside them. */
export interface CommandEvents {
  readonly first: number;
  readonly events: readonly LedgerEvent[];
  readonly provenance: Provenance;
}

/** What the events show of their command. */
export type ReadCommand =
  | { readonly kind: 'command'; readonly command: LedgerCommand }
  /** What a refused command asked for is not recorded: only what fell due by then is known. */
  | { readonly kind: 'refused'; readonly command: LedgerCommand }
  | { readonly kind: 'unlike'; readonly why: string };

type Asked = Pick<LedgerCommand, 'userId' | 'source' | 'id' | 'commandId' | 'digest' | 'at'>;

export function commandOf(userId: string, { events, provenance }: CommandEvents): ReadCommand {
  const [begin] = events;
  const last = events.at(-1);
  if (begin === undefined || last === undefined) return { kind: 'unlike', why: 'no events' };
  const { source, id, type } = provenance.command;
  const { commandId, digest, receivedAt: at } = begin;
  const asked: Asked = { userId, source, id, commandId, digest, at };
  if (last.type === 'CommandRefused') {
    if (last.commandType !== type) {
      return { kind: 'unlike', why: `a ${last.commandType} is refused, the command is a ${type}` };
    }
    return { kind: 'refused', command: { type: 'ExpirePoints', ...asked } };
  }
  const command = READERS.get(type)?.(events, asked);
  if (command == null) return { kind: 'unlike', why: `nothing in it comes of a ${type}` };
  return { kind: 'command', command };
}

type Reader = (events: readonly LedgerEvent[], asked: Asked) => LedgerCommand | null;

const READERS: ReadonlyMap<string, Reader> = new Map(
  Object.entries<Reader>({
    RechargePoints: rechargeOf,
    ConsumePoints: consumeOf,
    SettleConsumption: settlementOf,
    RefundPoints: refundOf,
    ExpirePoints: (_, asked) => ({ type: 'ExpirePoints', ...asked }),
  } satisfies Record<CommandType, Reader>),
);

function rechargeOf(events: readonly LedgerEvent[], asked: Asked): LedgerCommand | null {
  const own = events.at(-1);
  if (own?.type !== 'PointsRecharged') return null;
  const { points, expiresAt, priority, sourceId } = own;
  return { type: 'RechargePoints', points, expiresAt, priority, sourceId, ...asked };
}

function consumeOf(events: readonly LedgerEvent[], asked: Asked): LedgerCommand | null {
  const own = events.at(-1);
  if (own?.type !== 'PointsConsumed') return null;
  const { points, consumptionId, sourceType, sourceId, duration, settleBy, at } = own;
  const settleWithin = settleBy === null ? null : (msOf(settleBy) - msOf(at)) / 1000;
  return {
    type: 'ConsumePoints',
    points,
    consumptionId,
    sourceType,
    sourceId,
    duration,
    settleWithin,
    // Nearly all commands are of this type, and a spread costs more than what else is done here.
    userId: asked.userId,
    source: asked.source,
    id: asked.id,
    commandId: asked.commandId,
    digest: asked.digest,
    at: asked.at,
  };
}

function settlementOf(events: readonly LedgerEvent[], asked: Asked): LedgerCommand | null {
  const own = events.findLast((event) => event.type === 'ConsumptionSettled');
  if (own === undefined) return null;
  const { consumptionId, actual: points, duration } = own;
  return { type: 'SettleConsumption', consumptionId, points, duration, ...asked };
}

/** Of one that had timed out, nothing comes back any more: it is only closed. */
function refundOf(events: readonly LedgerEvent[], asked: Asked): LedgerCommand | null {
  const own = events.findLast(
    (event) =>
      event.type === 'ConsumptionSettled' ||
      (event.type === 'PointsRefunded' && event.cause !== 'timed_out'),
  );
  if (own?.type === 'ConsumptionSettled') {
    const { consumptionId } = own;
    return { type: 'RefundPoints', consumptionId, points: null, reason: null, ...asked };
  }
  if (own?.type !== 'PointsRefunded') return null;
  const { consumptionId, points, reason } = own;
  return { type: 'RefundPoints', consumptionId, points, reason, ...asked };
}
