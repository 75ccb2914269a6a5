import { TOPICS, parseCommandMessage, parseOutcome, type CommandOutcome } from '#contracts';
import { toLedgerCommand } from '#commands';
import { type RecordedEvent } from '#event-store';
import { CHAIN_START, accountStream, chainHash } from '#identity';
import {
  SETTINGS_STREAM,
  deserializeEvent,
  parseSettings,
  rulesOf,
  type LedgerCommand,
} from '#ledger';
import { MemoryReadTables } from '#read-model/testing';
import type { IncomingMessage, OutgoingMessage } from '#kafka';
import type { ReadTables } from '#read-model';
import { expectEqual } from '../../libs/ledger/src/testing/expect-equal.js';
import { everythingOf } from '../values/everything-of.js';
import { AccountModel, expectSoundHistory } from './account-model.js';
import { SettingsVersions } from './settings-versions.js';

/** The final state of a simulation or of real processes. */
export interface Recorded {
  /** The messages of each partition in order. */
  readonly messages: readonly IncomingMessage[];
  readonly sent: readonly OutgoingMessage[];
  /** The events in order of position, those of the settings among them. */
  readonly recorded: readonly RecordedEvent[];
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
  /** How many events there are of each type, and how many refusals of each code. */
  readonly kinds: Readonly<Record<string, number>>;
}

/** Checks all invariants of the final state, and throws the first violation. */
export async function checkEverything(ended: Ended): Promise<Tally> {
  const effects = checkEvents(ended);
  const fresh = await tablesOf(ended);
  let rows = 0;
  for (const user of ended.users) rows += await checkRows(ended, fresh, user);
  const standings = await Promise.all(
    ended.users.map((user) => ended.tables.projectionStatus(user)),
  );
  const parked = standings.filter((standing) => standing.parked !== null).length;
  const { messages, recorded } = ended;
  const counts = { messages: messages.length, events: recorded.length, rows, parked };
  return { ...counts, kinds: countKinds(recorded), ...effects };
}

function countKinds(recorded: readonly RecordedEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const stored of recorded) {
    if (stored.stream === SETTINGS_STREAM) continue;
    const { event } = deserializeEvent(stored);
    const kind = event.type === 'CommandRefused' ? event.code : event.type;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Checks all invariants except those of the rows, when no projector runs. */
export function checkEvents(ended: Recorded): Effects {
  const answers = checkAnswers(ended);
  const commands = commandsByUser(ended);
  let again = 0;
  for (const user of ended.users) again += checkAccount(ended, user, commands.get(user) ?? []);
  return { ...answers, again };
}

/** Checks one account with its commands in this order. Returns how many messages had an effect again. */
export function checkAccount(
  { recorded }: Pick<Recorded, 'recorded'>,
  user: string,
  commands: readonly LedgerCommand[],
): number {
  const own = recorded.filter(({ stream }) => stream === accountStream(user));
  checkChain(own);
  const events = own.map((one) => deserializeEvent(one).event);
  const model = new AccountModel(settingsIn(recorded));
  const again = model.check(commands, events);
  expectSoundHistory(events, model.account);
  return again;
}

/** The versions of the settings, which are recorded beside the accounts. */
function settingsIn(recorded: readonly RecordedEvent[]): SettingsVersions {
  const own = recorded.filter(({ stream }) => stream === SETTINGS_STREAM);
  checkChain(own);
  return new SettingsVersions(
    own.map((event) => {
      const stored = parseSettings(event);
      if (stored.kind === 'unknown') throw new Error(`version ${stored.version} is of other rules`);
      return stored.settings;
    }),
  );
}

/** A message as the edge reads it: in the form of the rules in force at its time. */
function commandOf(message: IncomingMessage, settings: SettingsVersions): LedgerCommand | null {
  const at = new Date(message.timestampMs).toISOString();
  const parsed = parseCommandMessage(message, settings.at(at).settings.rules);
  return parsed.ok ? toLedgerCommand(parsed.value, at) : null;
}

export function commandsByUser({
  messages,
  recorded,
}: Pick<Recorded, 'messages' | 'recorded'>): Map<string, LedgerCommand[]> {
  const settings = settingsIn(recorded);
  const found = new Map<string, LedgerCommand[]>();
  for (const message of messages) {
    const command = commandOf(message, settings);
    if (command === null) continue;
    const own = found.get(command.userId) ?? [];
    if (own.length === 0) found.set(command.userId, own);
    own.push(command);
  }
  return found;
}

/** Checks that each message was answered or dead-lettered, and that all answers to one message are equal. */
export function checkAnswers({ messages, sent, recorded }: Omit<Recorded, 'users'>): Answers {
  const settings = settingsIn(recorded);
  const outcomes = new Map<string, CommandOutcome[]>();
  for (const { topic, value, headers } of sent) {
    if (topic !== TOPICS.outcomes) continue;
    const parsed = parseOutcome(JSON.parse(String(value)));
    if (!parsed.ok) throw new Error(`an unreadable outcome: ${String(value)}`);
    const id = String(headers?.['ce_id']);
    outcomes.set(id, [...(outcomes.get(id) ?? []), parsed.value]);
  }
  const changed = usedUnderSeveralRules(recorded);
  for (const said of outcomes.values()) {
    const [first = '', ...others] = said.map((outcome) => contentOf(outcome, changed));
    for (const other of others) expectEqual(other, first);
  }
  const all = [...outcomes.values()].flat();
  const answered = new Set(all.map((one) => `${one.user_id} ${one.command_id}`));
  let unreadable = 0;
  const buried = sent.filter(({ topic }) => topic === TOPICS.dead).length;
  for (const message of messages) {
    const command = commandOf(message, settings);
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
function contentOf(outcome: CommandOutcome, changed: ReadonlySet<string>): string {
  const { replayed, position, balance, owed, consumption_id, ...content } = outcome;
  void replayed;
  const isRecorded = position !== null;
  const { user_id, command_source, command_id, code } = content;
  const isOfOneUse =
    code !== 'CommandIdReused' || !changed.has(useOf(user_id, command_source, command_id));
  return JSON.stringify({
    ...content,
    ...(isOfOneUse && { consumption_id }),
    ...(isRecorded && { balance, owed }),
  });
}

const useOf = (userId: string, source: string, id: string): string => `${userId} ${source} ${id}`;

/**
 * The ids that were forgotten and then used again under other rules. A further command with such an id
 * is refused by the rules of whichever use is remembered, and they differ in how a consumption that
 * nobody named is called.
 */
function usedUnderSeveralRules(recorded: readonly RecordedEvent[]): ReadonlySet<string> {
  const first = new Map<string, number>();
  const several = new Set<string>();
  for (const stored of recorded) {
    if (stored.stream === SETTINGS_STREAM) continue;
    const { event, provenance } = deserializeEvent(stored);
    const { source, id } = provenance.command;
    const use = useOf(stored.stream.slice(accountStream('').length), source, id);
    const rules = rulesOf(event);
    if ((first.get(use) ?? rules) !== rules) several.add(use);
    first.set(use, rules);
  }
  return several;
}

function checkChain(own: readonly RecordedEvent[]): void {
  let hash: Uint8Array = CHAIN_START;
  for (const [revision, event] of own.entries()) {
    expectEqual(event.revision, revision);
    hash = chainHash(hash, event);
    expectEqual(Buffer.compare(event.hash, hash), 0);
  }
}

/** Tables that are built from the same events again, without those that can't be read. */
async function tablesOf({ recorded, sick }: Ended): Promise<ReadTables> {
  const fresh = new MemoryReadTables();
  const last = recorded.at(-1);
  const events = recorded.filter((event) => !isLeftOut(event, sick));
  if (last !== undefined) await fresh.write(null, { events, next: last.position });
  return fresh;
}

const isLeftOut = ({ stream, revision }: RecordedEvent, sick: SickEvent | null): boolean =>
  sick !== null && stream === accountStream(sick.user) && revision >= sick.revision;

/** Compares the tables with the fresh ones, and returns how many rows they have. */
async function checkRows(ended: Ended, fresh: ReadTables, user: string): Promise<number> {
  const { tables, recorded, sick } = ended;
  const isParked = user === sick?.user && recorded.some((event) => isLeftOut(event, sick));
  const { parked } = await tables.projectionStatus(user);
  expect(parked?.revision).toBe(isParked ? sick?.revision : undefined);
  const [found, expected] = await Promise.all(
    [tables, fresh].map((one) => everythingOf(one, user)),
  );
  // Nothing is due of a parked account.
  expectEqual<unknown>(found, { ...expected, ...(isParked && { due: [] }) });
  return found?.rows.length ?? 0;
}
