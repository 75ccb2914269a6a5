import { BrokenRule, emptyAccount, evolve, type Account, type LedgerEvent } from '#ledger';
import { isCommandIdOf } from './derived-id.js';
import type { DamageKind } from './findings.js';
import { faultOfRepeat } from './repeated-command.js';
import { faultOfCommand } from './command-bounds.js';
import { commandOf, type CommandEvents, type ReadCommand } from './reconstruct-command.js';
import { decideAgain, policiesToTry } from './redecide.js';
import type { KnownPolicies } from './known-policies.js';
import { faultOfRefusal } from './refusal-check.js';
import { firstDifference, valueAt } from './first-difference.js';

/** Hears of what the rules could not have produced, at which revision. */
export type RuleFault = (kind: DamageKind, revision: number, detail: string) => void;

/**
 * Replays one account and decides each of its commands again: what was recorded must be what the
 * rules record, whatever policy was in force. After an event that its own account can't follow, the
 * rules have nothing more to say of the account.
 */
export class RulesAudit {
  readonly account: Account = emptyAccount();
  #stopped = false;

  constructor(
    private readonly userId: string,
    private readonly policies: KnownPolicies,
    private readonly fault: RuleFault,
  ) {}

  get hasStopped(): boolean {
    return this.#stopped;
  }

  /** An event is missing or can't be read: what comes behind it makes no sense. */
  stop(): void {
    this.#stopped = true;
  }

  command(group: CommandEvents): void {
    if (this.#stopped) return;
    this.#checkIdentity(group);
    const read = commandOf(this.userId, group);
    const expected = this.#faultOf(read, group);
    if (this.#follow(group) && expected !== null) {
      this.fault('rule-broken', expected.revision, expected.detail);
    }
  }

  #checkIdentity({ first, events: [begin], provenance }: CommandEvents): void {
    const { source, id } = provenance.command;
    if (begin === undefined || isCommandIdOf(begin.commandId, this.userId, source, id)) return;
    const detail = `its command ${source} ${id} of this user has another id`;
    this.fault('command-not-derived', first, detail);
  }

  #faultOf(read: ReadCommand, group: CommandEvents): Fault | null {
    const { first, events, provenance } = group;
    const [begin] = events;
    if (read.kind === 'unlike' || begin === undefined) {
      return { revision: first, detail: read.kind === 'unlike' ? read.why : '' };
    }
    const policy = this.policies.get(provenance.policy) ?? null;
    const detail = faultOfCommand(read.command) ?? faultOfRepeat(this.account, begin, policy);
    if (detail !== null) return { revision: first + events.length - 1, detail };
    const recorded = read.kind === 'refused' ? events.slice(0, -1) : events;
    const tried = policy === null ? policiesToTry(read.command, recorded) : [policy];
    let found: Fault | null = null;
    for (const one of tried) {
      const fault = compare(recorded, this.#decided(read, one), first);
      if (fault === null) return null;
      found ??= fault;
    }
    return found;
  }

  #decided({ command }: Exclude<ReadCommand, { kind: 'unlike' }>, policy: Policy): Decided {
    try {
      const decision = decideAgain(this.account, command, policy);
      return decision.kind === 'record' ? decision.events : [];
    } catch (error) {
      // The books are in a state that the rules never meet: the event before is at fault, too.
      return error instanceof Error ? error.message : String(error);
    }
  }

  #follow({ first, events }: CommandEvents): boolean {
    for (const [index, event] of events.entries()) {
      const revision = first + index;
      if (event.type === 'CommandRefused') {
        const detail = faultOfRefusal(event, this.account);
        if (detail !== null) this.fault('rule-broken', revision, detail);
      }
      try {
        evolve(this.account, event);
      } catch (error) {
        if (!(error instanceof BrokenRule)) throw error;
        this.#stopped = true;
        this.fault('rule-broken', revision, error.rule);
        return false;
      }
    }
    return true;
  }
}

type Policy = Parameters<typeof decideAgain>[2];
type Decided = readonly LedgerEvent[] | string;

interface Fault {
  readonly revision: number;
  readonly detail: string;
}

function compare(recorded: readonly LedgerEvent[], decided: Decided, first: number): Fault | null {
  if (typeof decided === 'string') return { revision: first, detail: decided };
  for (const [index, event] of recorded.entries()) {
    const expected = decided[index];
    const revision = first + index;
    if (expected === undefined) {
      return { revision, detail: `the rules would have recorded no ${event.type} here` };
    }
    if (event.type !== expected.type) {
      const detail = `the rules would have recorded ${expected.type} here, not ${event.type}`;
      return { revision, detail };
    }
    const field = firstDifference(event, expected);
    if (field === null) continue;
    const detail = `${field} is ${valueAt(event, field)}, the rules say ${valueAt(expected, field)}`;
    return { revision, detail };
  }
  const missing = decided[recorded.length];
  if (missing === undefined) return null;
  const revision = first + recorded.length;
  return { revision, detail: `the rules would have recorded ${missing.type} here` };
}
