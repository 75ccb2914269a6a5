import { userOfStream } from '#identity';
import { UnreadableEvent, deserializeEvent, type LedgerEvent, type Provenance } from '#ledger';
import type { StoredEvent } from '../store/event-source.js';
import { deriveEventId } from './derived-id.js';
import type { DamageKind } from './findings.js';
import type { KnownPolicies } from './known-policies.js';
import { RulesChecker } from './rules-checker.js';
import { StreamChecker, reportAt, type Report } from './stream-checker.js';

/** The consecutive events of one command, until the next command begins. */
interface CommandGroup {
  readonly first: number;
  /** What stands in the meta of every event of the command. */
  readonly meta: string;
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
    private readonly policies: KnownPolicies,
    private readonly report: Report,
    private readonly onEvent: (event: LedgerEvent) => void = () => {},
  ) {
    this.#order = new StreamChecker(stream, report, () => this.#stopRules());
    const userId = userOfStream(stream);
    this.rules = new RulesChecker(userId ?? '', policies, (kind, revision, detail) =>
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
    const { policy = '' } = provenance;
    if (!this.policies.has(policy)) {
      this.unknownPolicies.set(policy, (this.unknownPolicies.get(policy) ?? 0) + 1);
    }
    this.onEvent(event);
    if (!this.rules.hasStopped) this.#addToGroup(stored, event, provenance);
  }

  #addToGroup(stored: StoredEvent, event: LedgerEvent, provenance: Provenance): void {
    if (this.#group === null || !isOfSameCommand(this.#group.events[0], event)) {
      this.#closeGroup();
      const { revision: first } = stored;
      const meta = withoutData(stored, provenance);
      this.#group = { first, meta, provenance, events: [event], storedEvents: [stored] };
      return;
    }
    if (withoutData(stored, provenance) !== this.#group.meta) {
      this.#report('rule-broken', stored, 'it says another origin than the rest of its command');
    }
    this.#group.events.push(event);
    this.#group.storedEvents.push(stored);
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
function withoutData({ meta }: StoredEvent, { data }: Provenance): string {
  if (data === undefined) return meta;
  const rest = JSON.parse(meta) as Record<string, unknown>;
  delete rest['data'];
  return JSON.stringify(rest);
}

/** A command id may come again with another moment or content, once its first use was forgotten. */
const isOfSameCommand = (a: LedgerEvent, b: LedgerEvent): boolean =>
  a.commandId === b.commandId && a.receivedAt === b.receivedAt && a.digest === b.digest;
