import type { Position } from '#event-store';
import { eventLeaf } from '../evidence/merkle-hashes.js';
import { SUBTREE_LEAVES, type TreeCut } from '../evidence/event-tree.js';
import { MerkleFrontier } from '../evidence/merkle-frontier.js';
import type { EventHeader, EventSource, Span, StreamDamage } from '../store/event-source.js';
import { Findings } from '../checks/findings.js';

export interface PositionPassResult {
  readonly events: number;
  readonly findings: Findings;
  /** The roots of all full subtrees of SUBTREE_LEAVES events, in order. */
  readonly subtrees: readonly string[];
  readonly cuts: readonly TreeCut[];
  /** How many events each account has; empty if the store lists its accounts itself. */
  readonly streams: ReadonlyMap<string, number>;
  /** The damage reported of whole streams, by `damageKey`. */
  readonly damaged: ReadonlySet<string>;
}

export interface PositionPassOptions {
  readonly span: Span;
  /** How many events are before the span. */
  readonly eventsBefore: number;
  /** The sizes at which the tree is recorded, besides the size at the end; null: no tree is built. */
  readonly sizes: readonly number[] | null;
  readonly knownTypes: ReadonlySet<string>;
}

/** Checks a span by position: density, order and types. It also builds the Merkle tree, if asked to. */
export async function runPositionPass(
  source: EventSource,
  options: PositionPassOptions,
  progress: (events: number) => void,
): Promise<PositionPassResult> {
  const { span, sizes, knownTypes } = options;
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
  const pass = new PositionPass(options);
  const onDamage = (damage: StreamDamage): void => pass.damaged(damage);
  for await (const page of source.headers(options.span, onDamage)) {
    for (const header of page) pass.next(header);
    progress(page.length);
  }
  return pass.end();
}

/** The same damage of a stream has the same key in every pass. */
export const damageKey = ({ kind, stream }: StreamDamage): string => `${kind} ${stream}`;

class PositionPass {
  readonly #findings = new Findings();
  readonly #streams = new Map<string, number>();
  readonly #damaged = new Set<string>();
  readonly #subtrees: string[] = [];
  readonly #cuts: TreeCut[] = [];
  #tree = new MerkleFrontier();
  #events = 0;
  #last: Position | null;

  constructor(private readonly options: PositionPassOptions) {
    this.#last = options.span.after;
  }

  next(header: EventHeader): void {
    this.#checkPosition(header.position);
    if (!this.options.knownTypes.has(header.type)) {
      this.#damage('unknown-type', header, `unknown type ${header.type}`);
    }
    if (header.stream !== null) this.#count(header.stream, 1);
    this.#events += 1;
    this.#last = header.position;
    if (this.options.sizes !== null) this.#addLeaf(header.hash);
  }

  end(): PositionPassResult {
    const { events, upTo } = this.options.span;
    this.#recordCut();
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

  /** The account is counted without an event, so that it is checked even if nothing else is left of it. */
  damaged(damage: StreamDamage): void {
    this.#count(damage.stream, 0);
    this.#damaged.add(damageKey(damage));
    this.#findings.add(damage);
  }

  #count(stream: string, events: number): void {
    this.#streams.set(stream, (this.#streams.get(stream) ?? 0) + events);
  }

  #checkPosition(position: Position): void {
    const last = this.#last;
    if (last !== null && position <= last) {
      this.#damage('position-repeated', { position }, `behind ${last}`);
    } else if (this.options.span.events !== null) {
      const missing = ordinalOf(position) - ordinalOf(last) - 1;
      if (missing > 0) {
        const detail = `${missing} missing before it, behind ${last ?? 'the start'}`;
        this.#damage('position-gap', { position }, detail);
      }
    }
  }

  #addLeaf(hash: string): void {
    this.#tree.add(eventLeaf(hash));
    if (this.#tree.size === SUBTREE_LEAVES) {
      this.#subtrees.push(this.#tree.root());
      this.#tree = new MerkleFrontier();
    }
    if (this.options.sizes?.includes(this.#size)) this.#recordCut();
  }

  get #size(): number {
    return this.options.eventsBefore + this.#events;
  }

  #recordCut(): void {
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

const ordinalOf = (position: Position | null): number =>
  position === null ? 0 : Number(position.slice(position.indexOf(':') + 1));
