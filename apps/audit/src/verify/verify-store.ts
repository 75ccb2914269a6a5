import type { Position } from '#event-store';
import type { Anchor } from '../evidence/anchor-file.js';
import { rootOfLeaves } from '../evidence/merkle-frontier.js';
import type { StoreEnd, EventSource, AccountPartition } from '../store/event-source.js';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import type { AccountPassResult } from './account-pass.js';
import { Findings, type DamageKind } from '../checks/findings.js';
import type { NewestVersion } from '../checks/settings-checker.js';
import { EventTree } from '../evidence/event-tree.js';
import { verifySnapshots, type SnapshotCounts } from './verify-snapshots.js';
import type { WorkerPool } from './jobs.js';
import { damageKey, type PositionPassResult } from './position-pass.js';

export interface VerifyOptions {
  readonly anchors?: readonly Anchor[];
  /** Whether to build the Merkle trees of the store as it is now. */
  readonly tree?: boolean;
  /** Called with the number of events that both passes will read; null: it is not known. */
  readonly onStart?: (events: number | null) => void;
  /** The names of the streams that have snapshots, in pages. Without it, snapshots are not checked. */
  readonly streamsWithSnapshots?: AsyncIterable<readonly string[]>;
}

export interface VerificationResult {
  readonly findings: Findings;
  readonly events: number;
  readonly accounts: number;
  readonly last: Position | null;
  /** How many events were decided under each policy that is not known, by its fingerprint. */
  readonly unknownPolicies: ReadonlyMap<string, number>;
  /** The newest version of the settings; null: there is none. */
  readonly settings: NewestVersion | null;
  /** The trees of the store up to `last`; null: not requested, or the store is not whole. */
  readonly tree: StoreTree | null;
  /** null: snapshots were not checked. */
  readonly snapshots: SnapshotCounts | null;
}

export interface StoreTree {
  readonly eventsRoot: string;
  readonly accountsRoot: string;
  /** How many leaves that tree has: the settings are one beside the accounts. */
  readonly accounts: number;
  readonly events: EventTree;
}

/** Streams of one job, if the store can't list its accounts. */
const STREAMS_PER_PARTITION = 64;

/**
 * Checks all events twice, by position and account by account. Events that are appended meanwhile are
 * not read.
 */
export async function verifyStore(
  source: EventSource,
  pool: WorkerPool,
  options: VerifyOptions = {},
): Promise<VerificationResult> {
  const end = await source.end();
  const findings = new Findings();
  checkEnd(end, findings);
  const verified =
    end.last === null
      ? verifyEmptyStore(findings, options.anchors ?? [])
      : await new StoreVerification(source, pool, options, end.last, findings).run();
  return { ...verified, snapshots: await verifySnapshots(pool, options, findings) };
}

class StoreVerification {
  readonly #anchors: readonly Anchor[];
  /** The anchors whose positions the store reaches. */
  readonly #reached: readonly Anchor[];
  readonly #positions: PositionPassResult[] = [];
  readonly #accounts: AccountPassResult[] = [];
  readonly #cuts: readonly Position[];

  constructor(
    private readonly source: EventSource,
    private readonly pool: WorkerPool,
    private readonly options: VerifyOptions,
    private readonly last: Position,
    private readonly findings: Findings,
  ) {
    this.#anchors = options.anchors ?? [];
    for (const { store } of this.#anchors) {
      if (store === source.kind) continue;
      throw new CannotCheckError(`an anchor of a store of kind ${store} says nothing of this one`);
    }
    this.#reached = this.#anchors.filter(({ position }) => position <= last);
    const now = options.tree === true ? [last] : [];
    this.#cuts = [...this.#reached.map(({ position }) => position), ...now];
  }

  async run(): Promise<Omit<VerificationResult, 'snapshots'>> {
    const spans = this.source.spans(this.last);
    const counted = spans.reduce((sum, { events }) => sum + (events ?? 0), 0);
    this.options.onStart?.(counted === 0 ? null : 2 * counted);
    const byPosition = this.#passByPosition(spans);
    const partitions = this.source.partitions();
    if (partitions !== null) await Promise.all([byPosition, this.#passByAccount(partitions)]);
    else await this.#passByAccount(toPartitions((await byPosition) ?? []));
    return this.#conclude();
  }

  async #passByPosition(spans: ReturnType<EventSource['spans']>): Promise<readonly string[]> {
    const { anchors = [], tree = false } = this.options;
    const sizes = tree || anchors.length > 0 ? anchors.map(({ size }) => size) : null;
    let eventsBefore = 0;
    const jobs = spans.map((span) => {
      const work = { span, eventsBefore, sizes };
      eventsBefore += span.events ?? 0;
      return this.#orRefused(() => this.pool.run({ kind: 'positions', work }));
    });
    const found = (await Promise.all(jobs)).filter((one) => one !== null);
    this.#positions.push(...found);
    return found.flatMap(({ streams }) => [...streams.keys()]);
  }

  async #passByAccount(partitions: readonly AccountPartition[]): Promise<void> {
    const { last: upTo } = this;
    const jobs = partitions.map((partition) =>
      this.#orRefused(() =>
        this.pool.run({ kind: 'accounts', work: { partition, upTo, cuts: this.#cuts } }),
      ),
    );
    this.#accounts.push(...(await Promise.all(jobs)).filter((one) => one !== null));
  }

  /** A refusal of the store is reported as damage, and the other jobs go on. */
  async #orRefused<T>(run: () => Promise<T>): Promise<T | null> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof StoreRefusedError)) throw error;
      const { message: detail } = error;
      const nowhere = { position: null, stream: null, revision: null };
      this.findings.add({ kind: 'store-refuses', ...nowhere, detail });
      return null;
    }
  }

  #conclude(): Omit<VerificationResult, 'snapshots'> {
    const { findings } = this;
    for (const found of [...this.#positions, ...this.#accounts]) findings.merge(found.findings);
    const byPosition = sumOf(this.#positions, ({ events }) => events);
    this.#compareCounts(byPosition);
    const events = new EventTree(
      this.#positions.flatMap(({ subtrees }) => subtrees),
      this.#positions.flatMap(({ cuts }) => cuts),
    );
    this.#checkAnchors(events);
    return {
      findings,
      events: byPosition,
      accounts: sumOf(this.#accounts, ({ accounts }) => accounts),
      last: this.last,
      unknownPolicies: countUnknownPolicies(this.#accounts),
      settings: this.#accounts.find(({ settings }) => settings !== null)?.settings ?? null,
      tree: this.options.tree === true ? this.#treeNow(events, byPosition) : null,
    };
  }

  /** Damaged streams are left out: naturally they give fewer events by account than by position. */
  #compareCounts(byPosition: number): void {
    const { findings } = this;
    const damaged = this.#accounts.flatMap((found) => found.damaged);
    for (const one of damaged) {
      const isReported = this.#positions.some((found) => found.damaged.has(damageKey(one)));
      if (!isReported) findings.add(one);
    }
    const streams = new Set(damaged.map(({ stream }) => stream));
    let left = byPosition;
    for (const found of this.#positions) {
      for (const stream of streams) left -= found.streams.get(stream) ?? 0;
    }
    const byAccount = sumOf(this.#accounts, (found) => found.events - found.eventsOfDamaged);
    if (left === byAccount || findings.counts.has('store-refuses')) return;
    const detail = `${left} events by position, ${byAccount} by account`;
    addDamage(findings, 'passes-disagree', null, detail);
  }

  #checkAnchors(events: EventTree): void {
    for (const anchor of this.#anchors) {
      if (!this.#reached.includes(anchor)) {
        addDamage(this.findings, 'anchor-beyond-end', anchor, `the store ends at ${this.last}`);
        continue;
      }
      const root = events.rootAt(anchor.size);
      if (root !== anchor.eventsRoot) {
        const detail = `the root of the first ${anchor.size} events is ${root ?? 'not to be had'}`;
        addDamage(this.findings, 'anchor-events-differ', anchor, detail);
      }
      const accounts = this.#accountsRoot(this.#reached.indexOf(anchor));
      if (accounts !== anchor.accountsRoot) {
        const detail = `the root of the accounts at that time is ${accounts}`;
        addDamage(this.findings, 'anchor-accounts-differ', anchor, detail);
      }
    }
  }

  #accountsRoot(cut: number): string {
    return rootOfLeaves(leavesIn(this.#accounts, cut));
  }

  #treeNow(events: EventTree, size: number): StoreTree | null {
    const eventsRoot = events.rootAt(size);
    if (eventsRoot === null) return null;
    const cut = this.#cuts.length - 1;
    const bytes = sumOf(this.#accounts, ({ leaves }) => leaves[cut]?.length ?? 0);
    const accounts = bytes / LEAF_BYTES;
    return { eventsRoot, accountsRoot: this.#accountsRoot(cut), accounts, events };
  }
}

const LEAF_BYTES = 32;

/** The partitions are in order of stream, and so are the leaves within each. */
function* leavesIn(found: readonly AccountPassResult[], cut: number): Iterable<string> {
  for (const { leaves } of found) {
    const bytes = leaves[cut] ?? Buffer.alloc(0);
    for (let at = 0; at < bytes.length; at += LEAF_BYTES) {
      yield bytes.toString('hex', at, at + LEAF_BYTES);
    }
  }
}

function checkEnd({ head, last }: StoreEnd, findings: Findings): void {
  if (head === last) return;
  const isCut = last === null || (head !== null && head > last);
  addDamage(
    findings,
    isCut ? 'tail-cut' : 'behind-head',
    last === null ? null : { position: last },
    `the store says it ends at ${head ?? 'its beginning'}, its last event is ${last ?? 'missing'}`,
  );
}

function verifyEmptyStore(
  findings: Findings,
  anchors: readonly Anchor[],
): Omit<VerificationResult, 'snapshots'> {
  for (const anchor of anchors) {
    addDamage(findings, 'anchor-beyond-end', anchor, 'the store is empty');
  }
  const unknownPolicies = new Map<string, number>();
  const nothing = { last: null, settings: null, tree: null };
  return { findings, events: 0, accounts: 0, unknownPolicies, ...nothing };
}

function addDamage(
  findings: Findings,
  kind: DamageKind,
  at: { readonly position: Position } | null,
  detail: string,
): void {
  findings.add({ kind, position: at?.position ?? null, stream: null, revision: null, detail });
}

function toPartitions(streams: readonly string[]): readonly AccountPartition[] {
  const sorted = [...new Set(streams)].sort();
  const partitions: AccountPartition[] = [];
  for (let at = 0; at < sorted.length; at += STREAMS_PER_PARTITION) {
    partitions.push({ kind: 'list', streams: sorted.slice(at, at + STREAMS_PER_PARTITION) });
  }
  return partitions;
}

function countUnknownPolicies(found: readonly AccountPassResult[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const { unknownPolicies } of found) {
    for (const [name, events] of unknownPolicies) all.set(name, (all.get(name) ?? 0) + events);
  }
  return all;
}

const sumOf = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
