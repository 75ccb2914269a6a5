import { TOPICS, parseCommandMessage, parseOutcome, type CommandOutcome } from '#contracts';
import { toLedgerCommand } from '#commands';
import { type RecordedEvent } from '#event-store';
import { CHAIN_START, accountStream, chainHash } from '#identity';
import {
  decide,
  TERMS_OF_RULES_1,
  emptyAccount,
  evolve,
  deserializeEvent,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import { allTransactions } from '#read-model';
import { MemoryReadTables } from '#read-model/testing';
import type { IncomingMessage, OutgoingMessage } from '#kafka';
import type { Policy } from '#ledger';
import type { ReadTables } from '#read-model';

/** The final state of a simulation or of real processes. */
export interface Recorded {
  /** The messages of each partition in order. */
  readonly messages: readonly IncomingMessage[];
  readonly sent: readonly OutgoingMessage[];
  /** The events in order of position. */
  readonly recorded: readonly RecordedEvent[];
  readonly policy: Policy;
  readonly users: readonly string[];
}

/** An event that the projectors can't read, at which its account, and no other, must be parked. */
export interface SickEvent {
  readonly user: string;
  readonly revision: number;
}

export interface Ended extends Recorded {
  readonly tables: ReadTables;
  /** Null when there is none. */
  readonly sick: SickEvent | null;
}

export interface Answers {
  readonly tooLate: number;
  readonly repeats: number;
}

export interface Effects extends Answers {
  /** Messages that had an effect again when they were redelivered; see checkAgainstModel. */
  readonly again: number;
}

export interface Tally extends Effects {
  /** Accounts that are parked at the end. */
  readonly parked: number;
  readonly messages: number;
  readonly events: number;
  readonly rows: number;
}

/** Checks all invariants of the final state, and throws the first violation. */
export async function checkEverything(ended: Ended): Promise<Tally> {
  const effects = checkEvents(ended);
  let rows = 0;
  for (const user of ended.users) rows += await checkRows(ended, user);
  const standings = await Promise.all(
    ended.users.map((user) => ended.tables.projectionStatus(user)),
  );
  const parked = standings.filter((standing) => standing.parked !== null).length;
  const { messages, recorded } = ended;
  return { messages: messages.length, events: recorded.length, rows, parked, ...effects };
}

/** Checks all invariants except those of the rows, when no projector runs. */
export function checkEvents(ended: Recorded): Effects {
  const answers = checkAnswers(ended);
  const commands = commandsByUser(ended.messages);
  let again = 0;
  for (const user of ended.users) again += checkAccount(ended, user, commands.get(user) ?? []);
  return { ...answers, again };
}

/** Checks one account with its commands in this order. Returns how many messages had an effect again. */
export function checkAccount(
  { recorded, policy }: Pick<Recorded, 'recorded' | 'policy'>,
  user: string,
  commands: readonly LedgerCommand[],
): number {
  const own = recorded.filter(({ stream }) => stream === accountStream(user));
  checkChain(own);
  const events = own.map((one) => deserializeEvent(one).event);
  checkIdentities(events, policy);
  return checkAgainstModel(commands, events, policy);
}

/** The settings of a simulation say rules 1. */
const RULES = 1;

const commandOf = (message: IncomingMessage): LedgerCommand | null => {
  const parsed = parseCommandMessage(message, RULES);
  if (!parsed.ok) return null;
  return toLedgerCommand(parsed.value, new Date(message.timestampMs).toISOString());
};

export function commandsByUser(messages: readonly IncomingMessage[]): Map<string, LedgerCommand[]> {
  const found = new Map<string, LedgerCommand[]>();
  for (const message of messages) {
    const command = commandOf(message);
    if (command === null) continue;
    const own = found.get(command.userId) ?? [];
    if (own.length === 0) found.set(command.userId, own);
    own.push(command);
  }
  return found;
}

/** Checks that each message was answered or dead-lettered, and that all answers to one message are equal. */
export function checkAnswers({ messages, sent }: Pick<Recorded, 'messages' | 'sent'>): Answers {
  const outcomes = new Map<string, CommandOutcome[]>();
  for (const { topic, value, headers } of sent) {
    if (topic !== TOPICS.outcomes) continue;
    const parsed = parseOutcome(JSON.parse(String(value)));
    if (!parsed.ok) throw new Error(`an unreadable outcome: ${String(value)}`);
    const id = String(headers?.['ce_id']);
    outcomes.set(id, [...(outcomes.get(id) ?? []), parsed.value]);
  }
  for (const said of outcomes.values()) {
    expect(new Set(said.map(contentOf)).size).toBe(1);
  }
  const all = [...outcomes.values()].flat();
  const answered = new Set(all.map((one) => `${one.user_id} ${one.command_id}`));
  let unreadable = 0;
  const buried = sent.filter(({ topic }) => topic === TOPICS.dead).length;
  for (const message of messages) {
    const command = commandOf(message);
    if (command === null) unreadable += 1;
    else if (!answered.has(`${command.userId} ${command.id}`)) {
      throw new Error(`command ${command.id} of ${command.userId} has no answer`);
    }
  }
  expect(buried).toBeGreaterThanOrEqual(unreadable);
  return {
    tooLate: all.filter(({ code }) => code === 'TooLate').length,
    repeats: all.filter(({ replayed }) => replayed).length,
  };
}

/** The parts of a recorded answer, which must be equal when it is given again. */
function contentOf(outcome: CommandOutcome): string {
  const { replayed, position, balance, ...content } = outcome;
  void replayed;
  const isRecorded = position !== null;
  return JSON.stringify({ ...content, ...(isRecorded && { balance }) });
}

function checkChain(own: readonly RecordedEvent[]): void {
  let hash: Uint8Array = CHAIN_START;
  for (const [revision, event] of own.entries()) {
    expect(event.revision).toBe(revision);
    hash = chainHash(hash, event);
    expect(Buffer.from(event.hash).equals(hash)).toBe(true);
  }
}

/**
 * Compares with one process without faults that receives each message once, in the order of its
 * partition. Returns how many messages had an effect again when they were redelivered, which the rules
 * allow in one case: their id was repeated, answered as a repeat, and then left the idempotency window.
 */
function checkAgainstModel(
  commands: readonly LedgerCommand[],
  events: readonly LedgerEvent[],
  policy: Policy,
): number {
  const account = emptyAccount(policy);
  const expected: LedgerEvent[] = [];
  const repeats: LedgerCommand[] = [];
  let again = 0;
  const happen = (decided: readonly LedgerEvent[]): void => {
    for (const event of decided) evolve(account, event);
    expected.push(...decided);
  };
  const deliverAgain = (): void => {
    for (let late = lateRepeat(); late !== undefined; late = lateRepeat()) {
      const decision = decide(late, account, TERMS_OF_RULES_1);
      if (decision.kind !== 'record') return;
      happen(decision.events);
      again += 1;
    }
  };
  const lateRepeat = (): LedgerCommand | undefined => {
    const next = events[expected.length];
    return repeats.find((one) => one.commandId === next?.commandId && one.at === next.receivedAt);
  };
  for (const command of commands) {
    deliverAgain();
    const decision = decide(command, account, TERMS_OF_RULES_1);
    if (decision.kind === 'record') happen(decision.events);
    if (decision.kind === 'repeat') repeats.push(command);
  }
  deliverAgain();
  expect(events).toEqual(expected);
  return again;
}

function checkIdentities(events: readonly LedgerEvent[], policy: Policy): void {
  const account = emptyAccount(policy);
  let recharged = 0;
  let spent = 0;
  let expired = 0;
  for (const event of events) {
    evolve(account, event);
    expect(event.balanceAfter).toBeGreaterThanOrEqual(0);
    if (event.type === 'PointsRecharged') recharged += event.points;
    if (event.type === 'PointsConsumed') spent += event.points;
    if (event.type === 'PointsRefunded') spent -= event.points;
    if (event.type === 'PointsExpired') expired += event.points;
    // Held points were consumed, and count as spent here.
    expect(recharged).toBe(account.balance + spent + expired);
    expect(spent).toBeGreaterThanOrEqual(account.held);
  }
}

/** Compares the tables with tables that are built from the same events again. */
async function checkRows({ tables, recorded, sick }: Ended, user: string): Promise<number> {
  const fresh = new MemoryReadTables();
  const last = recorded.at(-1);
  const isLeftOut = ({ stream, revision }: RecordedEvent): boolean =>
    sick !== null && stream === accountStream(sick.user) && revision >= sick.revision;
  const events = recorded.filter((event) => !isLeftOut(event));
  if (last !== undefined) await fresh.write(null, { events, next: last.position });
  const isParked = user === sick?.user && recorded.some(isLeftOut);
  const { parked } = await tables.projectionStatus(user);
  expect(parked?.revision).toBe(isParked ? sick?.revision : undefined);
  const [found, expected] = await Promise.all([tables, fresh].map((one) => rowsIn(one, user)));
  expect(found).toEqual(expected);
  expect(await tables.account(user)).toEqual(await fresh.account(user));
  expect(await tables.batches(user, 1_000)).toEqual(await fresh.batches(user, 1_000));
  return found?.length ?? 0;
}

async function rowsIn(tables: Pick<ReadTables, 'transactions'>, user: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const page of allTransactions(tables, user, {})) rows.push(...page);
  return rows;
}
