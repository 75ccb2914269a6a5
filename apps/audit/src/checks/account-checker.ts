import { userOfStream } from '#identity';
import { UnreadableEvent, deserializeEvent, type LedgerEvent, type Provenance } from '#ledger';
import type { StoredEvent } from '../store/event-source.js';
import { deriveEventId } from './derived-id.js';
import type { Damage, DamageKind } from './findings.js';
import { CHAIN_START, HashChain } from './hash-chain.js';
import type { KnownPolicies } from './known-policies.js';
import { RulesChecker } from './rules-checker.js';

type Report = (damage: Damage) => void;

/** The consecutive events of one command, until the next command begins. */
interface CommandGroup {
  readonly first: number;
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
  readonly #chain: HashChain;
  readonly rules: RulesChecker;
  /** Counts the events that were decided under policies that are not known. */
  readonly unknownPolicies = new Map<string, number>();
  #previousHash = CHAIN_START;
  /** The hash that the damaged event before should have had; null: that event was intact. */
  #recomputedHash: string | null = null;
  #last: StoredEvent | null = null;
  #group: CommandGroup | null = null;

  constructor(
    readonly stream: string,
    private readonly policies: KnownPolicies,
    private readonly report: Report,
    private readonly onEvent: (event: LedgerEvent) => void = () => {},
  ) {
    this.#chain = new HashChain(stream);
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
    if (this.#checkOrder(stored)) this.#checkHash(stored);
    else this.#continueFrom(stored.hash);
    this.#checkEvent(stored);
    this.#last = stored;
  }

  /** Called after the last event. */
  finish(): void {
    this.#closeGroup();
  }

  /** Whether the chain can be checked: behind a gap the hash to continue from is missing. */
  #checkOrder(stored: StoredEvent): boolean {
    const expected = (this.#last?.revision ?? -1) + 1;
    if (stored.revision > expected) {
      const missing = stored.revision - expected;
      const detail = `${missing} missing before it, from revision ${expected} on`;
      this.#report('revision-gap', stored, detail);
      this.#stopRules();
    } else if (stored.revision < expected) {
      this.#report('revision-repeated', stored, `revision ${expected - 1} came before it`);
      this.#stopRules();
    }
    if (this.#last !== null && stored.position <= this.#last.position) {
      const detail = `the revision before it is at ${this.#last.position}`;
      this.#report('order-broken', stored, detail);
    }
    return stored.revision === expected;
  }

  #checkHash(stored: StoredEvent): void {
    const computed = this.#chain.hashOf(this.#previousHash, stored);
    if (computed === stored.hash) return this.#continueFrom(computed);
    const recomputed = this.#recomputedHash;
    if (recomputed !== null && this.#chain.hashOf(recomputed, stored) === stored.hash) {
      // Only the hash of the event before was changed: this event is as it was written.
      return this.#continueFrom(stored.hash);
    }
    this.#continueFrom(stored.hash);
    this.#recomputedHash = computed;
    this.#report('hash-broken', stored, `stored ${stored.hash}, computed ${computed}`);
  }

  #continueFrom(eventHash: string): void {
    this.#previousHash = eventHash;
    this.#recomputedHash = null;
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
      const { revision: first, meta } = stored;
      this.#group = { first, meta, provenance, events: [event], storedEvents: [stored] };
      return;
    }
    if (stored.meta !== this.#group.meta) {
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

  #report(kind: DamageKind, { position, stream, revision }: StoredEvent, detail: string): void {
    this.report({ kind, position, stream, revision, detail });
  }
}

/** A command id may come again with another moment or content, once its first use was forgotten. */
const isOfSameCommand = (a: LedgerEvent, b: LedgerEvent): boolean =>
  a.commandId === b.commandId && a.receivedAt === b.receivedAt && a.digest === b.digest;
