import { TOPICS, parseCommandMessage, parseOutcome, type CommandOutcome } from '#contracts';
import { toLedgerCommand } from '#contracts/identity';
import { CHAIN_START, MemoryEventStore, chainHash, type RecordedEvent } from '#event-store';
import {
  decide,
  emptyAccount,
  evolve,
  fromStored,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import { MemoryReadTables, everyTransaction } from '#read-model';
import type { Ended } from './world.js';

export interface Tally {
  readonly messages: number;
  readonly events: number;
  readonly rows: number;
  readonly tooLate: number;
  readonly repeats: number;
}

/** Everything that must hold at the end, whatever went wrong on the way. Throws what does not. */
export async function checkEverything(ended: Ended): Promise<Tally> {
  const recorded = await recordedIn(ended);
  const answers = checkAnswers(ended);
  let rows = 0;
  for (const user of ended.users) {
    const own = recorded.filter(({ stream }) => stream === `points-${user}`);
    checkChain(own);
    const events = own.map((one) => fromStored(one).event);
    checkAgainstModel(ended, user, events);
    checkIdentities(events, ended);
    rows += await checkRows(ended, user, recorded);
  }
  return { messages: ended.kafka.messages.length, events: recorded.length, rows, ...answers };
}

async function recordedIn({ log }: Ended): Promise<readonly RecordedEvent[]> {
  const { events } = await new MemoryEventStore({ log }).readAll(null, Number.MAX_SAFE_INTEGER);
  return events;
}

const commandOf = (message: Ended['kafka']['messages'][number]): LedgerCommand | null => {
  const parsed = parseCommandMessage(message);
  if (!parsed.ok) return null;
  return toLedgerCommand(parsed.value, new Date(message.timestampMs).toISOString());
};

/** Each message was answered, or buried; all answers to one message say the same. */
function checkAnswers({ kafka }: Ended): { tooLate: number; repeats: number } {
  const outcomes = new Map<string, CommandOutcome[]>();
  for (const { topic, value, headers } of kafka.sent) {
    if (topic !== TOPICS.outcomes) continue;
    const parsed = parseOutcome(JSON.parse(String(value)));
    if (!parsed.ok) throw new Error(`an outcome that nobody can read: ${String(value)}`);
    const id = String(headers?.['ce_id']);
    outcomes.set(id, [...(outcomes.get(id) ?? []), parsed.value]);
  }
  for (const said of outcomes.values()) {
    expect(new Set(said.map(contentOf)).size).toBe(1);
  }
  const all = [...outcomes.values()].flat();
  const buried = kafka.sent.filter(({ topic }) => topic === TOPICS.dead).length;
  for (const message of kafka.messages) {
    const command = commandOf(message);
    if (command === null) {
      expect(buried).toBeGreaterThan(0);
      continue;
    }
    const own = all.filter(
      (one) => one.command_id === command.id && one.user_id === command.userId,
    );
    expect(own.length).toBeGreaterThan(0);
  }
  return {
    tooLate: all.filter(({ code }) => code === 'TooLate').length,
    repeats: all.filter(({ replayed }) => replayed).length,
  };
}

/** Of an answer that is recorded: nothing of it may differ when it is given again. */
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

/** One process, no faults: the first delivery of each message in the order of its partition. */
function checkAgainstModel({ kafka, policy }: Ended, user: string, events: LedgerEvent[]): void {
  const account = emptyAccount(policy);
  const expected: LedgerEvent[] = [];
  for (const message of kafka.messages) {
    const command = commandOf(message);
    if (command?.userId !== user) continue;
    const decision = decide(command, account);
    if (decision.kind !== 'record') continue;
    for (const event of decision.events) evolve(account, event);
    expected.push(...decision.events);
  }
  expect(events).toEqual(expected);
}

function checkIdentities(events: readonly LedgerEvent[], { policy }: Ended): void {
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
    // What is held was consumed, and counts as spent here.
    expect(recharged).toBe(account.balance + spent + expired);
    expect(spent).toBeGreaterThanOrEqual(account.held);
  }
}

/** The tables, as they came to be, and tables that are folded afresh of the same events. */
async function checkRows(
  { tables }: Ended,
  user: string,
  recorded: readonly RecordedEvent[],
): Promise<number> {
  const fresh = new MemoryReadTables();
  const last = recorded.at(-1);
  if (last !== undefined) await fresh.write(null, { events: recorded, next: last.position });
  const [found, expected] = await Promise.all([tables, fresh].map((one) => rowsIn(one, user)));
  expect(found).toEqual(expected);
  expect(await tables.account(user)).toEqual(await fresh.account(user));
  expect(await tables.batches(user, 1_000)).toEqual(await fresh.batches(user, 1_000));
  return found?.length ?? 0;
}

async function rowsIn(tables: MemoryReadTables, user: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const page of everyTransaction(tables, user, {})) rows.push(...page);
  return rows;
}
