import { expect } from '@jest/globals';
import { emptyAccount, type Account } from '../account/state.js';
import { buildCommand, testUuid, type CommandInput } from './command-builders.js';
import { BrokenRule } from '../account/broken-rule.js';
import type { LedgerCommand } from '../account/commands.js';
import { decide, type Decision } from '../account/decide.js';
import type { AccountEvent } from '../account/events.js';
import { evolve } from '../account/evolve.js';
import { OWN_ID, refused, time, type EventInput, type EventBody } from './event-builders.js';
import { balanceChangeOf, owedChangeOf } from './event-changes.js';
import { TERMS_OF_RULES_1 } from '../account/rules-1.js';
import type { Terms } from '../account/rules.js';
import { termsOf } from '../account/terms.js';
import type { Business } from '../settings/business.js';
import { FIRST_BUSINESSES } from '../settings/settings.js';
import {
  DEFAULT_POLICY,
  DEFAULT_SETTINGS_POLICY,
  type AccountPolicy,
  type SettingsPolicy,
} from '../settings/policy.js';
import type { RefusalCode, RefusalDetails } from '../account/refusals.js';
import { toSnapshot, fromSnapshot } from '../storage/snapshot.js';

export * from './command-builders.js';
export * from './event-builders.js';
export * from './debt-event-builders.js';

/** The default times of given events and of commands. */
const MORNING = time('2030-01-01 08:00');
const NOON = time('2030-01-01 12:00');

/** The name in a spec of the batch that the nth recharge or refund after the given events created. */
export const newBatch = (nth: number): number => 1_000_000 + nth;

export const given = (...happened: readonly EventInput[]): Scenario =>
  new Scenario(happened, DEFAULT_POLICY, TERMS_OF_RULES_1);

/** What happened under rules 2, which go on. */
export const givenRules2 = (...happened: readonly EventInput[]): Scenario2 =>
  new Scenario2(happened, DEFAULT_SETTINGS_POLICY[2], FIRST_BUSINESSES);

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
  readonly events: AccountEvent[] = [];
  readonly account: Account;
  readonly #names = new Map<number, number>();
  #commands = 0;

  constructor(
    protected readonly happened: readonly EventInput[],
    policy: AccountPolicy,
    readonly terms: Terms,
  ) {
    this.account = emptyAccount(policy);
    happened.forEach((one, nth) => this.#recordGiven(one, nth));
  }

  under(policy: Partial<SettingsPolicy>): Scenario {
    return new Scenario(this.happened, { ...this.account.policy, ...policy }, this.terms);
  }

  when(ask: CommandInput): DecidedCommand {
    const at = this.account.at < NOON ? NOON : this.account.at;
    return new DecidedCommand(this, buildCommand(ask, `command-${this.#commands++}`, at));
  }

  holds(expected: {
    readonly balance?: number;
    readonly held?: number;
    readonly owed?: number;
  }): this {
    const { balance, held, owed } = this.account;
    expect({ balance, held, owed }).toMatchObject(expected);
    return this;
  }

  record(events: readonly AccountEvent[]): void {
    for (const event of events) evolve(this.account, event);
    this.events.push(...events);
  }

  /** The event without the common fields, and with its batches named as a spec can name them. */
  bodyOf(event: AccountEvent): EventBody<AccountEvent> {
    return JSON.parse(JSON.stringify(event), (key: string, value: unknown) => {
      if (COMMON_FIELDS.has(key)) return undefined;
      return isBatchId(key, value) ? this.#nameOf(value) : value;
    }) as EventBody<AccountEvent>;
  }

  #nameOf(batchId: number): number {
    const isGiven = this.happened.some(
      (one) => one.type === 'PointsRecharged' && one.batchId === batchId,
    );
    if (isGiven) return batchId;
    const name = this.#names.get(batchId) ?? newBatch(this.#names.size + 1);
    this.#names.set(batchId, name);
    return name;
  }

  #recordGiven({ at = MORNING, ...own }: EventInput, nth: number): void {
    const when = at < this.account.at ? this.account.at : at;
    const commandId = testUuid(`given-${nth}`);
    const event = {
      ...withOwnId(own, commandId),
      at: when,
      receivedAt: when,
      commandId,
      digest: '0'.repeat(64),
      balanceAfter: this.account.balance + balanceChangeOf(own),
      owedAfter: this.terms.rules.owedAfter(this.account.owed + owedChangeOf(own)),
    };
    this.record([event]);
  }
}

/** Under rules 2, with the businesses and the policy that it names. */
export class Scenario2 extends Scenario {
  constructor(
    happened: readonly EventInput[],
    private readonly policy: SettingsPolicy,
    private readonly businesses: readonly Business[],
  ) {
    super(happened, policy, termsOf({ version: 3, rules: 2, policy, businesses }));
  }

  override under(policy: Partial<SettingsPolicy>): Scenario2 {
    return new Scenario2(this.happened, { ...this.policy, ...policy }, this.businesses);
  }

  with(...businesses: readonly Business[]): Scenario2 {
    return new Scenario2(this.happened, this.policy, [...this.businesses, ...businesses]);
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
    const { account, terms } = scenario;
    const before = toSnapshot(account);
    this.decision = decide(command, account, terms);
    expect(toSnapshot(account)).toBe(before);
    expect(decide(command, account, terms)).toEqual(this.decision);
    expect(decide(command, fromSnapshot(before, account.policy), terms)).toEqual(this.decision);
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
    if (expected.type !== 'CommandRefused') return withOwnId(expected, this.command.commandId);
    return { ...expected, commandType: this.command.type };
  }

  /** Each event has the ids of the command, a time that never runs backwards, and the balance. */
  #expectCommonFields(events: readonly AccountEvent[]): void {
    const { commandId, digest } = this.command;
    const { account } = this.scenario;
    const at = account.at > this.command.at ? account.at : this.command.at;
    let balanceAfter = account.balance;
    let owed = account.owed;
    for (const event of events) {
      balanceAfter += balanceChangeOf(event);
      owed += owedChangeOf(event);
      const owedAfter = this.scenario.terms.rules.owedAfter(owed);
      const marks = { at, receivedAt: this.command.at, commandId, digest, balanceAfter, owedAfter };
      expect(event).toMatchObject(marks);
    }
  }
}

const COMMON_FIELDS = new Set([
  'at',
  'receivedAt',
  'commandId',
  'digest',
  'balanceAfter',
  'owedAfter',
]);

const isBatchId = (key: string, value: unknown): value is number =>
  (key === 'batchId' || key === 'from' || key === 'into') && typeof value === 'number';

/** A recharge that its command did not name has the id of the command. */
const withOwnId = <E extends EventInput>(event: E, commandId: string): E =>
  'rechargeId' in event && event.rechargeId === OWN_ID
    ? { ...event, rechargeId: commandId }
    : event;
