import { eventIdOf, userOfStream } from '#identity';
import { UnreadableEvent, deserializeEvent, type LedgerEvent, type Provenance } from '#ledger';
import { HashChain, CHAIN_START } from './hash-chain.js';
import { isDerivedEventId } from './derived-id.js';
import { hexOf, type ByteString } from '../store/byte-strings.js';
import type { KnownPolicies } from './known-policies.js';
import { RulesChecker } from './rules-checker.js';
import type { StoredEvent } from '../store/event-source.js';
import type { Damage, DamageKind } from './findings.js';

type Report = (damage: Damage) => void;

/** Consecutive events of one command, until the next one begins. */
interface CommandGroup {
  readonly first: number;
  readonly meta: string;
  readonly provenance: Provenance;
  readonly events: [LedgerEvent, ...LedgerEvent[]];
  readonly storedEvents: StoredEvent[];
}

/**
 * One account from its first event on: revisions, chain, ids, shapes and rules. What is damaged is
 * reported once, and the rest is looked at all the same, as far as it makes sense.
 *
 * No set of ids is kept: an event id must be the one that follows from its command's id and its
 * revision, a command's id the one that follows from its user; then two events that are not at the
 * same place can't have the same id.
 */
export class AccountChecker {
  readonly #chain: HashChain;
  readonly rules: RulesChecker;
  /** Events that were decided under policies that are not known. */
  readonly unknownPolicies = new Map<string, number>();
  #previousHash: ByteString = CHAIN_START;
  /** The hash that the damaged event before should have had; null: it was good. */
  #recomputedHash: ByteString | null = null;
  #last: StoredEvent | null = null;
  #group: CommandGroup | null = null;

  constructor(
    readonly stream: string,
    private readonly policies: KnownPolicies,
    private readonly report: Report,
    private readonly onEvent: (event: LedgerEvent, stored: StoredEvent) => void = () => {},
  ) {
    this.#chain = new HashChain(stream);
    const user = userOfStream(stream);
    this.rules = new RulesChecker(user ?? '', policies, (kind, revision, detail) =>
      this.#reportAt(kind, revision, detail),
    );
    if (user === null) this.rules.stop();
  }

  get last(): StoredEvent | null {
    return this.#last;
  }

  check(stored: StoredEvent): void {
    if (this.#last === null && userOfStream(stored.stream) === null) {
      this.#report('foreign-stream', stored, `"${stored.stream}" is no account`);
    }
    if (this.#checkOrder(stored)) this.#checkHash(stored);
    else this.#continueFrom(stored.hashBytes);
    this.#checkEvent(stored);
    this.#last = stored;
  }

  /** After the last event. */
  finish(): void {
    this.#closeGroup();
  }

  /** Behind a hole the chain begins anew: what it should go on from is not there. */
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
    if (this.#last !== null && !stored.isAfter(this.#last)) {
      const detail = `the revision before it is at ${this.#last.position}`;
      this.#report('order-broken', stored, detail);
    }
    return stored.revision === expected;
  }

  #checkHash(stored: StoredEvent): void {
    const computed = this.#chain.hashOf(this.#previousHash, stored);
    if (computed === stored.hashBytes) return this.#continueFrom(computed);
    const recomputed = this.#recomputedHash;
    if (recomputed !== null && this.#chain.hashOf(recomputed, stored) === stored.hashBytes) {
      // The event before is as it was written, but for its hash.
      return this.#continueFrom(stored.hashBytes);
    }
    this.#continueFrom(stored.hashBytes);
    this.#recomputedHash = computed;
    this.#report('hash-broken', stored, `stored ${stored.hash}, computed ${hexOf(computed)}`);
  }

  #continueFrom(hash: ByteString): void {
    this.#previousHash = hash;
    this.#recomputedHash = null;
  }

  #checkEvent(stored: StoredEvent): void {
    const read = this.#decode(stored);
    if (read === null) return this.#stopRules();
    const { event, provenance } = read;
    if (!isDerivedEventId(stored.idBytes, event.commandId, stored.revision)) {
      const id = eventIdOf(event.commandId, stored.revision);
      this.#report('id-not-derived', stored, `it should be ${id}`);
    }
    const { policy } = provenance;
    if (!this.policies.has(policy)) {
      this.unknownPolicies.set(policy, (this.unknownPolicies.get(policy) ?? 0) + 1);
    }
    this.onEvent(event, stored);
    if (this.rules.hasStopped) return;
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
      const isUnknown = error.message.startsWith('unknown type');
      this.#report(isUnknown ? 'unknown-type' : 'unreadable', stored, error.message);
      return null;
    }
  }

  #closeGroup(): void {
    const group = this.#group;
    if (group === null) return;
    this.rules.checkCommand(group);
    this.#group = null;
  }

  /** What came before the hole is still judged. */
  #stopRules(): void {
    if (this.rules.hasStopped) return;
    this.#closeGroup();
    this.rules.stop();
  }

  #reportAt(kind: DamageKind, revision: number, detail: string): void {
    const stored = this.#group?.storedEvents[revision - this.#group.first] ?? this.#last;
    if (stored !== null) this.#report(kind, stored, detail);
  }

  #report(kind: DamageKind, { position, stream, revision }: StoredEvent, detail: string): void {
    this.report({ kind, position, stream, revision, detail });
  }
}

/** The same id at another moment is a new command, once the one before it was forgotten. */
const isOfSameCommand = (a: LedgerEvent, b: LedgerEvent): boolean =>
  a.commandId === b.commandId && a.receivedAt === b.receivedAt && a.digest === b.digest;
