import {
  BrokenRule,
  emptyAccount,
  evolve,
  isImportEvent,
  type Account,
  type AccountPolicy,
  type ImportEvent,
  type LedgerCommand,
  type LedgerEvent,
  type Terms,
} from '#ledger';
import type { SettingsInForce } from '#settings';
import { deriveCommandId } from './derived-id.js';
import type { DamageKind } from './findings.js';
import { ImportChecker } from './import-checker.js';
import { repeatFault } from './repeated-command.js';
import { commandFault } from './command-bounds.js';
import {
  reconstructCommand,
  type CommandEvents,
  type ReconstructedCommand,
} from './reconstruct-command.js';
import { redecide, candidatePolicies } from './redecide.js';
import type { KnownSettings } from './known-settings.js';
import { recordedCommand } from './recorded-command.js';
import { refusalFault } from './refusal-check.js';
import { firstDifference, valueAt } from './first-difference.js';
import { namedSettings, type NamedFault } from './settings-fault.js';

/** Called with each event that the rules could not have produced. */
export type ReportRuleFault = (kind: DamageKind, revision: number, detail: string) => void;

/**
 * Replays one account and decides each of its commands again: by the settings that its events name, or
 * else by rules 1, whatever policy was in force. The recorded events must be those that the rules
 * record. After an event that can't be applied to the account, its state is unknown, so the check of
 * its rules stops there.
 */
export class RulesChecker {
  readonly account: Account = emptyAccount();
  readonly #imports: ImportChecker;
  #stopped = false;

  constructor(
    private readonly userId: string,
    private readonly known: KnownSettings,
    private readonly fault: ReportRuleFault,
  ) {
    this.#imports = new ImportChecker(known.takeOvers);
  }

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
    this.#checkBeginning(group);
    const named = namedSettings(this.known, group);
    const [event] = group.events;
    if (named.kind === 'fault') this.#reportNamed(named.fault, group);
    else if (isImportEvent(event)) this.#checkImport(group, event, named.settings);
    else if (named.settings === null) this.#checkReconstructed(group);
    else this.#checkRecorded(group, named.settings);
  }

  #checkIdentity({ first, events: [firstEvent], provenance }: CommandEvents): void {
    const { source, id } = provenance.command;
    if (firstEvent?.commandId === deriveCommandId(this.userId, source, id)) return;
    const detail = `its command ${source} ${id} of this user has another id`;
    this.fault('command-not-derived', first, detail);
  }

  /** Its user may have points in the service from which accounts were taken over. */
  #checkBeginning({ first, events: [event] }: CommandEvents): void {
    if (first > 0 || isImportEvent(event) || !this.known.takeOvers.isOn(event.receivedAt)) return;
    this.fault('rule-broken', first, 'the account began while accounts were taken over');
  }

  #checkImport(group: CommandEvents, event: ImportEvent, settings: SettingsInForce | null): void {
    const fault =
      settings === null
        ? ({ kind: 'settings-wrong', detail: 'it names none' } as const)
        : this.#imports.check(group, event, settings);
    if (fault !== null) this.fault(fault.kind, group.first, fault.detail);
    this.#applyEvents(group);
  }

  /** By what else the command was decided, nobody can know. */
  #reportNamed({ kind, detail }: NamedFault, group: CommandEvents): void {
    this.fault(kind, group.first, detail);
    this.#applyEvents(group);
  }

  /** The whole command is recorded, so that what was refused is decided again as well. */
  #checkRecorded(group: CommandEvents, { policy, terms }: SettingsInForce): void {
    const { first, events } = group;
    const form = this.known.inForceAt(events[0].receivedAt)?.rules === 2 ? 2 : 1;
    const recorded = recordedCommand(this.userId, group, form);
    if (recorded.kind === 'fault') return this.#reportNamed(recorded.fault, group);
    const repeated = repeatFault(this.account, events[0], policy);
    const expected =
      repeated === null
        ? compareEvents(events, this.#redecide(recorded.command, policy, terms), first)
        : { revision: first + events.length - 1, detail: repeated };
    this.#applyAndReport(group, expected);
  }

  #checkReconstructed(group: CommandEvents): void {
    const expected = this.#findFault(reconstructCommand(this.userId, group), group);
    this.#applyAndReport(group, expected, refusalFault);
  }

  /** An event that can't be applied is reported instead of what the rules would have recorded. */
  #applyAndReport(group: CommandEvents, expected: Fault | null, refusals?: RefusalCheck): void {
    if (this.#applyEvents(group, refusals) && expected !== null) {
      this.fault('rule-broken', expected.revision, expected.detail);
    }
  }

  #findFault(reconstructed: ReconstructedCommand, group: CommandEvents): Fault | null {
    const { first, events, provenance } = group;
    if (reconstructed.kind === 'mismatch') return { revision: first, detail: reconstructed.why };
    const { kind, command } = reconstructed;
    const policy = this.known.policies.get(provenance.policy ?? '') ?? null;
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

  #redecide(command: LedgerCommand, policy: AccountPolicy, terms?: Terms): Decided {
    try {
      const decision = redecide(this.account, command, policy, terms);
      return decision.kind === 'record' ? decision.events : [];
    } catch (error) {
      // The rules never meet such a state: an event before this command is damaged, too.
      return error instanceof Error ? error.message : String(error);
    }
  }

  #applyEvents({ first, events }: CommandEvents, refusals?: RefusalCheck): boolean {
    for (const [index, event] of events.entries()) {
      const revision = first + index;
      if (event.type === 'CommandRefused') {
        const detail = refusals?.(event, this.account) ?? null;
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

type RefusalCheck = typeof refusalFault;

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
