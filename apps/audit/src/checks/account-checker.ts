import { userOfStream } from '#identity';
import {
  UnreadableEvent,
  deserializeEvent,
  type LedgerEvent,
  type PointsConsumed,
  type Provenance,
} from '#ledger';
import type { StoredEvent } from '../store/event-source.js';
import { deriveEventId } from './derived-id.js';
import type { DamageKind } from './findings.js';
import type { KnownSettings } from './known-settings.js';
import { priceFault } from './price-fault.js';
import { RulesChecker } from './rules-checker.js';
import { StreamChecker, reportAt, type Report } from './stream-checker.js';

/** The consecutive events of one command, until the next command begins. */
interface CommandGroup {
  readonly first: number;
  readonly provenance: Provenance;
  readonly events: [LedgerEvent, ...LedgerEvent[]];
  readonly storedEvents: StoredEvent[];
}

/**
 * Checks one account from its first event on: revisions, hash chain, ids, shapes and rules. Each
 * damage is reported once, and the rest of the account is still checked as far as it makes sense.
 *
 * No set of ids is kept. An event id must follow from its command's id and its revision, and a
 * command's id from its user, so two events at different places can't have the same id.
 */
export class AccountChecker {
  readonly #order: StreamChecker;
  readonly rules: RulesChecker;
  /** Counts the events that were decided under policies that are not known. */
  readonly unknownPolicies = new Map<string, number>();
  #last: StoredEvent | null = null;
  #group: CommandGroup | null = null;

  constructor(
    readonly stream: string,
    private readonly known: KnownSettings,
    private readonly report: Report,
    private readonly onEvent: (event: LedgerEvent) => void = () => {},
  ) {
    this.#order = new StreamChecker(stream, report, () => this.#stopRules());
    const userId = userOfStream(stream);
    this.rules = new RulesChecker(userId ?? '', known, (kind, revision, detail) =>
      this.#reportAtRevision(kind, revision, detail),
    );
    if (userId === null) this.rules.stop();
  }

  check(stored: StoredEvent): void {
    if (this.#last === null && userOfStream(stored.stream) === null) {
      this.#report('foreign-stream', stored, `"${stored.stream}" is no account`);
    }
    this.#order.check(stored);
    this.#checkEvent(stored);
    this.#last = stored;
  }

  /** Called after the last event. */
  finish(): void {
    this.#closeGroup();
  }

  #checkEvent(stored: StoredEvent): void {
    const decoded = this.#decode(stored);
    if (decoded === null) return this.#stopRules();
    const { event, provenance } = decoded;
    const id = deriveEventId(event.commandId, stored.revision);
    if (stored.id !== id) this.#report('id-not-derived', stored, `it should be ${id}`);
    this.#countUnknownPolicy(provenance);
    if (event.type === 'PointsConsumed') this.#checkPrice(stored, event);
    this.onEvent(event);
    if (!this.rules.hasStopped) this.#addToGroup(stored, event, provenance);
  }

  /** Where the settings are named, their version says which policy it was. */
  #countUnknownPolicy({ policy, settings }: Provenance): void {
    if (policy === undefined || settings !== undefined || this.known.policies.has(policy)) return;
    this.unknownPolicies.set(policy, (this.unknownPolicies.get(policy) ?? 0) + 1);
  }

  #checkPrice(stored: StoredEvent, event: PointsConsumed): void {
    const detail = priceFault(event, this.known);
    if (detail !== null) this.#report('price-wrong', stored, detail);
  }

  #addToGroup(stored: StoredEvent, event: LedgerEvent, provenance: Provenance): void {
    const group = this.#group;
    if (group === null || !isOfSameCommand(group.events[0], event)) {
      this.#closeGroup();
      const { revision: first } = stored;
      this.#group = { first, provenance, events: [event], storedEvents: [stored] };
      return;
    }
    if (stored.meta !== metaOfOthers(group)) {
      this.#report('rule-broken', stored, 'it says another origin than the rest of its command');
    }
    group.events.push(event);
    group.storedEvents.push(stored);
  }

  #decode(stored: StoredEvent): ReturnType<typeof deserializeEvent> | null {
    try {
      return deserializeEvent(stored);
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      const isUnknownType = error.message.startsWith('unknown type');
      this.#report(isUnknownType ? 'unknown-type' : 'unreadable', stored, error.message);
      return null;
    }
  }

  #closeGroup(): void {
    const group = this.#group;
    if (group === null) return;
    this.rules.checkCommand(group);
    this.#group = null;
  }

  /** The events before a gap are still checked against the rules. */
  #stopRules(): void {
    if (this.rules.hasStopped) return;
    this.#closeGroup();
    this.rules.stop();
  }

  #reportAtRevision(kind: DamageKind, revision: number, detail: string): void {
    const stored = this.#group?.storedEvents[revision - this.#group.first] ?? this.#last;
    if (stored !== null) this.#report(kind, stored, detail);
  }

  #report(kind: DamageKind, stored: StoredEvent, detail: string): void {
    reportAt(this.report, kind, stored, detail);
  }
}

/** The data of a command stand with the first of its events alone. */
function metaOfOthers({ provenance, storedEvents: [first] }: CommandGroup): string | undefined {
  if (first === undefined || provenance.data === undefined) return first?.meta;
  const rest = JSON.parse(first.meta) as Record<string, unknown>;
  delete rest['data'];
  return JSON.stringify(rest);
}

/** A command id may come again with another moment or content, once its first use was forgotten. */
const isOfSameCommand = (a: LedgerEvent, b: LedgerEvent): boolean =>
  a.commandId === b.commandId && a.receivedAt === b.receivedAt && a.digest === b.digest;
