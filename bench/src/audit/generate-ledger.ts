import {
  CHAIN_START,
  accountStream,
  chainHash,
  commandIdOf,
  eventIdOf,
  policyFingerprint,
} from '#identity';
import {
  DEFAULT_POLICY,
  decide,
  TERMS_OF_RULES_1,
  emptyAccount,
  evolve,
  serializeEvent,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import { START_MS, benchUser, commandsOf, type CommandEnvelope } from '../even-load.js';

/** A row of the event store for the bulk load. */
export interface LoadedEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
  readonly hash: string;
}

interface Writer {
  readonly userId: string;
  readonly account: Account;
  before: Uint8Array;
}

const STEP_MS = 250;
const POLICY = policyFingerprint(DEFAULT_POLICY);

/** A range of consecutive accounts of a load. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

/**
 * Generates the events of an even load with ids and hashes, as the command processor would write them.
 * Each round has one turn of every account of the slice, until all slices together have the requested
 * number of events. All accounts do the same in a round, so that a slice can compute its positions.
 */
export function* roundsOf({ from, to, of }: Slice, events: number): Generator<LoadedEvent[]> {
  const writers = Array.from({ length: to - from }, (_, index): Writer => ({
    userId: benchUser(from + index),
    account: emptyAccount(DEFAULT_POLICY),
    before: CHAIN_START,
  }));
  for (let round = 0, before = 0; before < events; round++) {
    const made = writers.map((writer, index) => [
      ...turnOf(writer, round, round * of + from + index),
    ]);
    const each = made[0]?.length ?? 0;
    if (made.some(({ length }) => length !== each)) throw new Error('a bug: an uneven load');
    const first = before + from * each + 1;
    yield made.flat().map((event, place) => ({ ...event, position: first + place }));
    before += of * each;
  }
}

type Encoded = Omit<LoadedEvent, 'position'>;

function* turnOf(writer: Writer, round: number, turn: number): Generator<Encoded> {
  const envelope = envelopeFor(writer.userId, turn);
  for (const command of commandsOf(round, turn, envelope)) yield* record(writer, command);
}

function* record(writer: Writer, command: LedgerCommand): Generator<Encoded> {
  const decision = decide(command, writer.account, TERMS_OF_RULES_1);
  if (decision.kind !== 'record') throw new Error(`the load expected events: ${decision.kind}`);
  for (const event of decision.events) {
    evolve(writer.account, event);
    yield encode(writer, command, event);
  }
}

function encode(writer: Writer, command: LedgerCommand, event: LedgerEvent): Encoded {
  const { source, id: sent, type } = command;
  const kafka = { topic: 'points.commands', partition: 3, offset: sent.slice(2) };
  const origin = { command: { source, id: sent, type }, policy: POLICY, correlation: sent, kafka };
  const { data, meta } = serializeEvent(event, origin);
  const { revision } = writer.account;
  const id = eventIdOf(event.commandId, revision);
  const stream = accountStream(writer.userId);
  writer.before = chainHash(writer.before, { stream, revision, id, type: event.type, data, meta });
  const hash = Buffer.from(writer.before).toString('hex');
  return { stream, revision, id, type: event.type, data, meta, hash };
}

const envelopeFor =
  (userId: string, turn: number) =>
  (kind: string): CommandEnvelope => {
    const id = `${kind}-${turn}`;
    return {
      userId,
      source: '/bench',
      id,
      commandId: commandIdOf(userId, '/bench', id),
      digest: 'd'.repeat(64),
      at: new Date(START_MS + turn * STEP_MS).toISOString(),
    };
  };
