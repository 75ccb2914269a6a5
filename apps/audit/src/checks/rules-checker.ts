import {
  BrokenRule,
  emptyAccount,
  evolve,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
  type Policy,
} from '#ledger';
import { deriveCommandId } from './derived-id.js';
import type { DamageKind } from './findings.js';
import { repeatFault } from './repeated-command.js';
import { commandFault } from './command-bounds.js';
import {
  reconstructCommand,
  type CommandEvents,
  type ReconstructedCommand,
} from './reconstruct-command.js';
import { redecide, candidatePolicies } from './redecide.js';
import type { KnownPolicies } from './known-policies.js';
import { refusalFault } from './refusal-check.js';
import { firstDifference, valueAt } from './first-difference.js';

/** Called with each event that the rules could not have produced. */
export type ReportRuleFault = (kind: DamageKind, revision: number, detail: string) => void;

/**
 * Replays one account and decides each of its commands again. The recorded events must be those that
 * the rules record, whatever policy was in force. After an event that can't be applied to the account,
 * its state is unknown, so the check of its rules stops there.
 */
export class RulesChecker {
  readonly account: Account = emptyAccount();
  #stopped = false;

  constructor(
    private readonly userId: string,
    private readonly policies: KnownPolicies,
    private readonly fault: ReportRuleFault,
  ) {}

  get hasStopped(): boolean {
    return this.#stopped;
  }

  /** Called when an event is missing or unreadable: the state behind it is unknown. */
  stop(): void {
    this.#stopped = true;
  }

  checkCommand(group: CommandEvents): void {
    if (this.#stopped) return;
    this.#checkIdentity(group);
    const expected = this.#findFault(reconstructCommand(this.userId, group), group);
    if (this.#applyEvents(group) && expected !== null) {
      this.fault('rule-broken', expected.revision, expected.detail);
    }
  }

  #checkIdentity({ first, events: [firstEvent], provenance }: CommandEvents): void {
    const { source, id } = provenance.command;
    if (firstEvent?.commandId === deriveCommandId(this.userId, source, id)) return;
    const detail = `its command ${source} ${id} of this user has another id`;
    this.fault('command-not-derived', first, detail);
  }

  #findFault(reconstructed: ReconstructedCommand, group: CommandEvents): Fault | null {
    const { first, events, provenance } = group;
    if (reconstructed.kind === 'mismatch') return { revision: first, detail: reconstructed.why };
    const { kind, command } = reconstructed;
    const policy = this.policies.get(provenance.policy ?? '') ?? null;
    const detail = commandFault(command) ?? repeatFault(this.account, events[0], policy);
    if (detail !== null) return { revision: first + events.length - 1, detail };
    const recorded = kind === 'refused' ? events.slice(0, -1) : events;
    const candidates = policy === null ? candidatePolicies(command, recorded) : [policy];
    let firstFault: Fault | null = null;
    for (const candidate of candidates) {
      const fault = compareEvents(recorded, this.#redecide(command, candidate), first);
      if (fault === null) return null;
      firstFault ??= fault;
    }
    return firstFault;
  }

  #redecide(command: LedgerCommand, policy: Policy): Decided {
    try {
      const decision = redecide(this.account, command, policy);
      return decision.kind === 'record' ? decision.events : [];
    } catch (error) {
      // The rules never meet such a state: an event before this command is damaged, too.
      return error instanceof Error ? error.message : String(error);
    }
  }

  #applyEvents({ first, events }: CommandEvents): boolean {
    for (const [index, event] of events.entries()) {
      const revision = first + index;
      if (event.type === 'CommandRefused') {
        const detail = refusalFault(event, this.account);
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

/** The events, or why the rules can't decide at all. */
type Decided = readonly LedgerEvent[] | string;

interface Fault {
  readonly revision: number;
  readonly detail: string;
}

function compareEvents(
  recorded: readonly LedgerEvent[],
  decided: Decided,
  first: number,
): Fault | null {
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
