import {
  DEFAULT_POLICY,
  batchIdOf,
  decide,
  TERMS_OF_RULES_1,
  emptyAccount,
  evolve,
  serializeEvent,
  type LedgerCommand,
} from '#ledger';
import { commandIdOf, policyFingerprint } from '#identity';
import { START_MS, benchUser, commandsOf, hex } from '../even-load.js';

/** What differs between the events that all accounts make in a round. */
export interface Turn {
  readonly userId: string;
  readonly turn: number;
  readonly at: string;
  readonly commandId: string;
  /** The turn that this account had in an earlier round. */
  readonly turnIn: (round: number) => number;
}

type Fill = (of: Turn) => string;

/** One event of a round, for every account. */
export interface TemplateEvent {
  readonly revision: number;
  readonly type: string;
  /** The letter with which the id of the command in a turn begins. */
  readonly letter: string;
  readonly data: Fill;
  readonly meta: Fill;
}

export const STEP_MS = 250;
/** Found again in what the deciding account writes, with the number of the round added. */
const MARKED_TURN = 8_888_888_000_000;
const POLICY = policyFingerprint(DEFAULT_POLICY);

/**
 * The events of one account through an even load, as templates. All accounts decide the same in a
 * round, so that only one of them has to, and any number can be written in any order of memory.
 */
export function* templates(): Generator<readonly TemplateEvent[]> {
  const account = emptyAccount(DEFAULT_POLICY);
  const batches = new Map<string, Fill>();
  for (let round = 0; ; round += 1) {
    const at = new Date(START_MS + round).toISOString();
    const turn = MARKED_TURN + round;
    const envelope = (letter: string) => ({
      userId: benchUser(0),
      source: SOURCE,
      id: `${letter}-${turn}`,
      commandId: `${hex(letter.charCodeAt(0), 8)}-8888-5888-8888-${hex(turn, 12)}`,
      digest: 'd'.repeat(64),
      at,
    });
    const commands = commandsOf(round, turn, envelope);
    yield commands.flatMap((command) => templatesFor(command, command.id.slice(0, 1)));

    function templatesFor(command: LedgerCommand, of: string): TemplateEvent[] {
      const decision = decide(command, account, TERMS_OF_RULES_1);
      if (decision.kind !== 'record') throw new Error(`the load expected events: ${decision.kind}`);
      return decision.events.map((event) => {
        evolve(account, event);
        const { source, id, type } = command;
        const kafka = { topic: 'points.commands', partition: 3, offset: id.slice(2) };
        const origin = { command: { source, id, type }, policy: POLICY, correlation: id, kafka };
        const { data, meta } = serializeEvent(event, origin);
        const { revision } = account;
        if (event.type === 'PointsRecharged') {
          batches.set(String(event.batchId), batchOf(round, revision, event.expiresAt));
        }
        const marks = new Map<string, Fill>([
          ...batches,
          [String(turn), (one) => String(one.turn)],
          [at, (one) => one.at],
          [deadlineOf(at), (one) => deadlineOf(one.at)],
          [command.commandId, (one) => one.commandId],
        ]);
        return {
          revision,
          type: event.type,
          letter: of,
          data: filler(data, marks),
          meta: filler(meta, marks),
        };
      });
    }
  }
}

export const SOURCE = '/bench';

/** Pre-deductions of the load are settled within an hour. */
const deadlineOf = (at: string): string => new Date(Date.parse(at) + 3_600_000).toISOString();

/** The id of a batch follows from the command that recharged it. */
const batchOf =
  (round: number, revision: number, expiresAt: string | null): Fill =>
  ({ userId, turnIn }) =>
    String(batchIdOf(commandIdOf(userId, SOURCE, `r-${turnIn(round)}`), revision, expiresAt));

/** The form of ids, times and numbers, of which some are marks. */
const MARK = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9]{4}-[0-9]{2}-[0-9T:.-]+Z|[0-9]{5,})/;

/** Cuts a text at what differs between accounts, and joins it with the values of one. */
function filler(text: string, marks: ReadonlyMap<string, Fill>): Fill {
  const parts = text.split(MARK).map((part) => marks.get(part) ?? (() => part));
  return (of) => {
    let filled = '';
    for (const part of parts) filled += part(of);
    return filled;
  };
}
