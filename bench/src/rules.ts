import { decide, emptyAccount, evolve, replay, type Account, type LedgerCommand } from '#ledger';
import { secondsOf, type Figures } from './figures.js';
import { bytesPerEvent, type DecidedEvent } from './rules/stored-bytes.js';
import {
  OFTEN_RECHARGED_STREAM_OF_RULES_1,
  STREAM_OF_RULES_1,
  STREAM_OF_RULES_2,
  type Stream,
} from './rules/streams.js';

const RUNS = 10;

/**
 * Measures decisions and replay on one core, and whether the cost of a command grows with the history.
 * Rules 2 come after: their figures are compared with those of rules 1, which are compared with those
 * of earlier builds.
 */
export function rulesBench(): Figures {
  const first = measure(STREAM_OF_RULES_1);
  const second = measure(STREAM_OF_RULES_2);
  const often = measure(OFTEN_RECHARGED_STREAM_OF_RULES_1);
  return {
    ...first,
    bytes_per_event: bytesPerEvent(historyOf(STREAM_OF_RULES_1, 10_000), 1),
    ...Object.fromEntries(
      Object.entries(second).map(([name, value]) => [`${name}_rules_2`, value]),
    ),
    bytes_per_event_rules_2: bytesPerEvent(historyOf(STREAM_OF_RULES_2, 10_000), 2),
    replay_ratio_rules_2: second.replay_events_per_s / first.replay_events_per_s,
    decide_ratio_rules_2: second.decide_per_s / first.decide_per_s,
    replay_ratio_rules_2_as_often_recharged: second.replay_events_per_s / often.replay_events_per_s,
    decide_ratio_rules_2_as_often_recharged: second.decide_per_s / often.decide_per_s,
  };
}

function measure(stream: Stream) {
  // The history is long, but short enough that the memory of the machine is not measured.
  const history = historyOf(stream, 10_000).map(({ event }) => event);
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
  };
}

const best = (work: () => void): number =>
  Math.min(...Array.from({ length: RUNS }, () => secondsOf(work)));

/** Seconds for one decision on an account after that many events. The account is not changed. */
function costOfOne(stream: Stream, behind: number): number {
  const history = historyOf(stream, behind).map(({ event }) => event);
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

/** The events of whole turns of the stream, as many as that or a few more. */
function historyOf(stream: Stream, size: number): DecidedEvent[] {
  const account = emptyAccount(stream.policy);
  const history: DecidedEvent[] = [];
  for (let turn = 0; history.length < size; turn++) {
    for (const command of stream.commandsAt(turn)) {
      history.push(...record(account, command, stream));
    }
  }
  return history;
}

function record(account: Account, command: LedgerCommand, { terms }: Stream): DecidedEvent[] {
  const decision = decide(command, account, terms);
  if (decision.kind !== 'record')
    throw new Error(`the bench expected events, not ${decision.kind}`);
  for (const event of decision.events) evolve(account, event);
  return decision.events.map((event, index) => ({ command, event, isFirst: index === 0 }));
}
