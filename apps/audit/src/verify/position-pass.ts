import type { Position } from '#event-store';
import { eventLeaf } from '../evidence/merkle-hashes.js';
import { Frontier } from '../evidence/merkle-frontier.js';
import type { EventHeader, EventSource, Span, StreamDamage } from '../store/event-source.js';
import { Findings } from '../checks/findings.js';

/** Leaves of the subtrees whose roots are kept of a tree of all events. */
export const SUBTREE_LEAVES = 65_536;

/** The tree as it was when so many events were in it: what stands behind its last full subtree. */
export interface TreeCut {
  readonly size: number;
  readonly rest: readonly string[];
}

export interface PositionsFound {
  readonly events: number;
  readonly findings: Findings;
  /** Of every SUBTREE_LEAVES events, in order. */
  readonly subtrees: readonly string[];
  readonly cuts: readonly TreeCut[];
  /** Events of each account that was met; empty where the store finds them by itself. */
  readonly streams: ReadonlyMap<string, number>;
  /** What was reported of whole streams, as `damageKey` has it. */
  readonly damaged: ReadonlySet<string>;
}

export interface PositionsWork {
  readonly span: Span;
  /** Events before the span. */
  readonly eventsBefore: number;
  /** Sizes at which the tree is wanted, besides that at the end; null: no tree is. */
  readonly sizes: readonly number[] | null;
  readonly knownTypes: ReadonlySet<string>;
}

/** Goes through a span by position: density, order, types; and makes the Merkle tree of it. */
export async function passByPosition(
  source: EventSource,
  work: PositionsWork,
  progress: (events: number) => void,
): Promise<PositionsFound> {
  const { span, sizes, knownTypes } = work;
  if (sizes === null && span.events !== null && (await source.isComplete?.(span, knownTypes))) {
    progress(span.events);
    return {
      events: span.events,
      findings: new Findings(),
      subtrees: [],
      cuts: [],
      streams: new Map(),
      damaged: new Set(),
    };
  }
  const pass = new PositionsPass(work);
  const onDamage = (damage: StreamDamage): void => pass.damaged(damage);
  for await (const page of source.headers(work.span, onDamage)) {
    for (const mark of page) pass.next(mark);
    progress(page.length);
  }
  return pass.end();
}

/** One thing that is wrong with a stream, whichever pass meets it. */
export const damageKey = ({ kind, stream }: StreamDamage): string => `${kind} ${stream}`;

class PositionsPass {
  readonly #findings = new Findings();
  readonly #streams = new Map<string, number>();
  readonly #damaged = new Set<string>();
  readonly #subtrees: string[] = [];
  readonly #cuts: TreeCut[] = [];
  #tree = new Frontier();
  #events = 0;
  #last: Position | null;

  constructor(private readonly work: PositionsWork) {
    this.#last = work.span.after;
  }

  next(mark: EventHeader): void {
    this.#checkPlace(mark.position);
    if (!this.work.knownTypes.has(mark.type)) {
      this.#damage('unknown-type', mark, `unknown type ${mark.type}`);
    }
    if (mark.stream !== null) this.#count(mark.stream, 1);
    this.#events += 1;
    this.#last = mark.position;
    if (this.work.sizes !== null) this.#grow(mark.hash);
  }

  end(): PositionsFound {
    const { events, upTo } = this.work.span;
    this.#cut();
    if (events !== null && this.#last !== upTo) {
      this.#findings.add({
        kind: 'position-gap',
        position: upTo,
        stream: null,
        revision: null,
        detail: `nothing behind ${this.#last ?? 'the start'}`,
      });
    }
    return {
      events: this.#events,
      findings: this.#findings,
      subtrees: this.#subtrees,
      cuts: this.#cuts,
      streams: this.#streams,
      damaged: this.#damaged,
    };
  }

  /** No event: but its account has to be looked at, also when nothing else is left of it. */
  damaged(damage: StreamDamage): void {
    this.#count(damage.stream, 0);
    this.#damaged.add(damageKey(damage));
    this.#findings.add(damage);
  }

  #count(stream: string, events: number): void {
    this.#streams.set(stream, (this.#streams.get(stream) ?? 0) + events);
  }

  #checkPlace(position: Position): void {
    const last = this.#last;
    if (last !== null && position <= last) {
      this.#damage('position-repeated', { position }, `behind ${last}`);
    } else if (this.work.span.events !== null) {
      const missing = numberIn(position) - numberIn(last) - 1;
      if (missing > 0) {
        const detail = `${missing} missing before it, behind ${last ?? 'the start'}`;
        this.#damage('position-gap', { position }, detail);
      }
    }
  }

  #grow(hash: string): void {
    this.#tree.add(eventLeaf(hash));
    if (this.#tree.size === SUBTREE_LEAVES) {
      this.#subtrees.push(this.#tree.root());
      this.#tree = new Frontier();
    }
    if (this.work.sizes?.includes(this.#size)) this.#cut();
  }

  get #size(): number {
    return this.work.eventsBefore + this.#events;
  }

  #cut(): void {
    this.#cuts.push({ size: this.#size, rest: [...this.#tree.roots] });
  }

  #damage(
    kind: 'unknown-type' | 'position-gap' | 'position-repeated',
    { position, stream = null }: Pick<EventHeader, 'position'> & { stream?: string | null },
    detail: string,
  ): void {
    this.#findings.add({ kind, position, stream, revision: null, detail });
  }
}

const numberIn = (position: Position | null): number =>
  position === null ? 0 : Number(position.slice(position.indexOf(':') + 1));
