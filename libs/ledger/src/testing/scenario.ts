import { expect } from '@jest/globals';
import { emptyAccount, type Account } from '../account/state.js';
import { buildCommand, testUuid, type CommandInput } from './command-builders.js';
import { BrokenRule } from '../account/broken-rule.js';
import type { LedgerCommand } from '../account/commands.js';
import { decide, type Decision } from '../account/decide.js';
import type { LedgerEvent } from '../account/events.js';
import { evolve } from '../account/evolve.js';
import { refused, time, type EventInput, type EventBody } from './event-builders.js';
import { DEFAULT_POLICY, type Policy } from '../account/policy.js';
import type { RefusalCode, RefusalDetails } from '../account/refusals.js';
import { toSnapshot, fromSnapshot } from '../storage/snapshot.js';

export * from './command-builders.js';
export * from './event-builders.js';

/** The default times of given events and of commands. */
const MORNING = time('2030-01-01 08:00');
const NOON = time('2030-01-01 12:00');

/** The name in a spec of the batch that the nth recharge or refund after the given events created. */
export const newBatch = (nth: number): number => 1_000_000 + nth;

export const given = (...happened: readonly EventInput[]): Scenario =>
  new Scenario(happened, DEFAULT_POLICY);

/** The rule that an event breaks when it follows the given events. */
export function ruleBrokenBy(before: readonly EventInput[], next: EventInput): BrokenRule {
  try {
    given(...before, next);
  } catch (error) {
    if (error instanceof BrokenRule) return error;
    throw error;
  }
  throw new Error('the event was applied');
}

export class Scenario {
  readonly events: LedgerEvent[] = [];
  readonly account: Account;
  readonly #given: readonly EventInput[];
  readonly #names = new Map<number, number>();
  #commands = 0;

  constructor(happened: readonly EventInput[], policy: Policy) {
    this.#given = happened;
    this.account = emptyAccount(policy);
    happened.forEach((one, nth) => this.#recordGiven(one, nth));
  }

  under(policy: Partial<Policy>): Scenario {
    return new Scenario(this.#given, { ...this.account.policy, ...policy });
  }

  when(ask: CommandInput): DecidedCommand {
    const at = this.account.at < NOON ? NOON : this.account.at;
    return new DecidedCommand(this, buildCommand(ask, `command-${this.#commands++}`, at));
  }

  holds(expected: { readonly balance?: number; readonly held?: number }): this {
    const { balance, held } = this.account;
    expect({ balance, held }).toMatchObject(expected);
    return this;
  }

  record(events: readonly LedgerEvent[]): void {
    for (const event of events) evolve(this.account, event);
    this.events.push(...events);
  }

  /** The event without the common fields, and with its batches named as a spec can name them. */
  bodyOf(event: LedgerEvent): EventBody<LedgerEvent> {
    return JSON.parse(JSON.stringify(event), (key: string, value: unknown) => {
      if (COMMON_FIELDS.has(key)) return undefined;
      return isBatchId(key, value) ? this.#nameOf(value) : value;
    }) as EventBody<LedgerEvent>;
  }

  #nameOf(batchId: number): number {
    const isGiven = this.#given.some(
      (one) => one.type === 'PointsRecharged' && one.batchId === batchId,
    );
    if (isGiven) return batchId;
    const name = this.#names.get(batchId) ?? newBatch(this.#names.size + 1);
    this.#names.set(batchId, name);
    return name;
  }

  #recordGiven({ at = MORNING, ...own }: EventInput, nth: number): void {
    const when = at < this.account.at ? this.account.at : at;
    const event = {
      ...own,
      at: when,
      receivedAt: when,
      commandId: testUuid(`given-${nth}`),
      digest: '0'.repeat(64),
      balanceAfter: this.account.balance + balanceChangeOf(own),
    };
    this.record([event]);
  }
}

/**
 * A command and its decision. The decision must be the same a second time and from a snapshot, and must
 * leave the account unchanged. Its events are applied once they are as expected.
 */
export class DecidedCommand {
  readonly decision: Decision;

  constructor(
    private readonly scenario: Scenario,
    readonly command: LedgerCommand,
  ) {
    const { account } = scenario;
    const before = toSnapshot(account);
    this.decision = decide(command, account);
    expect(toSnapshot(account)).toBe(before);
    expect(decide(command, account)).toEqual(this.decision);
    expect(decide(command, fromSnapshot(before, account.policy))).toEqual(this.decision);
  }

  then(...expected: readonly EventInput[]): Scenario {
    const events = this.decision.kind === 'record' ? this.decision.events : [];
    expect({
      kind: this.decision.kind,
      events: events.map((event) => this.scenario.bodyOf(event)),
    }).toEqual({ kind: 'record', events: expected.map((one) => this.#withCommandType(one)) });
    this.#expectCommonFields(events);
    this.scenario.record(events);
    return this.scenario;
  }

  thenRefused(code: RefusalCode, details: RefusalDetails = {}): Scenario {
    return this.then(refused(code, details));
  }

  /** The command was answered before, by the events that begin at that revision. */
  thenRepeats(revision: number): Scenario {
    expect(this.decision).toEqual({ kind: 'repeat', revision });
    return this.scenario;
  }

  thenTooLate(): Scenario {
    expect(this.decision).toEqual({ kind: 'tooLate' });
    return this.scenario;
  }

  thenNothing(): Scenario {
    expect(this.decision).toEqual({ kind: 'nothing' });
    return this.scenario;
  }

  #withCommandType(expected: EventInput): EventInput {
    if (expected.type !== 'CommandRefused') return expected;
    return { ...expected, commandType: this.command.type };
  }

  /** Each event has the ids of the command, a time that never runs backwards, and the balance. */
  #expectCommonFields(events: readonly LedgerEvent[]): void {
    const { commandId, digest } = this.command;
    const { account } = this.scenario;
    const at = account.at > this.command.at ? account.at : this.command.at;
    let balanceAfter = account.balance;
    for (const event of events) {
      balanceAfter += balanceChangeOf(event);
      const marks = { at, receivedAt: this.command.at, commandId, digest, balanceAfter };
      expect(event).toMatchObject(marks);
    }
  }
}

const COMMON_FIELDS = new Set(['at', 'receivedAt', 'commandId', 'digest', 'balanceAfter']);

const isBatchId = (key: string, value: unknown): value is number =>
  (key === 'batchId' || key === 'from' || key === 'into') && typeof value === 'number';

function balanceChangeOf(event: EventBody<LedgerEvent>): number {
  switch (event.type) {
    case 'PointsRecharged':
    case 'PointsRefunded':
      return event.points;
    case 'PointsConsumed':
    case 'PointsExpired':
      return -event.points;
    case 'ConsumptionSettled':
    case 'CommandRefused':
      return 0;
  }
}
