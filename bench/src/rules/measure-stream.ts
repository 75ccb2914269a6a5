import { parentPort, workerData } from 'node:worker_threads';
import {
  decide,
  emptyAccount,
  evolve,
  replay,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import { secondsOf } from '../figures.js';
import { bytesPerEvent, type DecidedEvent } from './stored-bytes.js';
import { STREAMS, type Stream, type StreamName } from './streams.js';

// Measures one stream in a thread of its own, because the code that was compiled for one stream would
// run another more slowly.

export interface StreamFigures {
  readonly replay_events_per_s: number;
  readonly decide_per_s: number;
  readonly cost_us_10: number;
  readonly cost_us_1000: number;
  readonly cost_us_100000: number;
  readonly cost_ratio_100000_to_10: number;
  readonly bytes_per_event: number;
}

const RUNS = 40;

function measure(stream: Stream): StreamFigures {
  // The history is long, but short enough that the memory of the machine is not measured.
  const history = historyOf(stream, 10_000);
  const replayTen = (): void => {
    for (let times = 0; times < 10; times++) replay(history, stream.policy);
  };
  replayTen();
  const replayed = best(replayTen) / 10;
  costOfOne(stream, 1_000); // The first measurement includes the compilation.
  const [short, middle, long] = [
    costOfOne(stream, 10),
    costOfOne(stream, 1_000),
    costOfOne(stream, 100_000),
  ];
  return {
    replay_events_per_s: history.length / replayed,
    decide_per_s: 1 / middle,
    cost_us_10: short * 1e6,
    cost_us_1000: middle * 1e6,
    cost_us_100000: long * 1e6,
    cost_ratio_100000_to_10: long / short,
    bytes_per_event: bytesPerEvent([...decidedEventsOf(stream, 10_000)], stream.terms.rules.number),
  };
}

const best = (work: () => void): number =>
  Math.min(...Array.from({ length: RUNS }, () => secondsOf(work)));

/** Seconds for one decision on an account after that many events. The account is not changed. */
function costOfOne(stream: Stream, behind: number): number {
  const history = historyOf(stream, behind);
  const account = replay(history, stream.policy);
  for (const command of stream.refill(behind)) record(account, command, stream);
  const commands = Array.from({ length: 20_000 }, (_, index) => stream.next(behind + index));
  assertAccepted(account, commands, stream);
  const decideAll = (): void => {
    for (const command of commands) decide(command, account, stream.terms);
  };
  decideAll();
  return best(decideAll) / commands.length;
}

/** A refusal costs less than what is measured. */
function assertAccepted(
  account: Account,
  [first]: readonly LedgerCommand[],
  { terms }: Stream,
): void {
  const decision = first && decide(first, account, terms);
  if (decision?.kind !== 'record' || decision.events.at(-1)?.type !== 'PointsConsumed') {
    throw new Error('the bench measures no consumption');
  }
}

/**
 * The events alone: commands kept beside them would lie between them in memory, and their replay would
 * measure that.
 */
function historyOf(stream: Stream, size: number): LedgerEvent[] {
  const history: LedgerEvent[] = [];
  for (const { event } of decidedEventsOf(stream, size)) history.push(event);
  return history;
}

/** The events of whole turns of the stream, as many as that or a few more. */
function* decidedEventsOf(stream: Stream, size: number): Generator<DecidedEvent> {
  const account = emptyAccount(stream.policy);
  for (let turn = 0, decided = 0; decided < size; turn++) {
    for (const command of stream.commandsAt(turn)) {
      const events = record(account, command, stream);
      decided += events.length;
      yield* events;
    }
  }
}

function record(account: Account, command: LedgerCommand, { terms }: Stream): DecidedEvent[] {
  const decision = decide(command, account, terms);
  if (decision.kind !== 'record')
    throw new Error(`the bench expected events, not ${decision.kind}`);
  for (const event of decision.events) evolve(account, event);
  return decision.events.map((event, index) => ({ command, event, isFirst: index === 0 }));
}

const port = parentPort;
if (port === null) throw new Error('a bug: this file must run as a worker thread of the bench');
port.postMessage(measure(STREAMS[workerData as StreamName]));
