import type { Position } from '#event-store';

/** Everything that can be wrong with a store. The names are kept: machines read them. */
export const DAMAGE_KINDS = {
  'position-gap': 'positions are missing: events were deleted',
  'position-repeated': 'a position stands twice, or runs backwards',
  'tail-cut': 'the store says that it goes on behind its last event',
  'behind-head': 'events stand behind the end that the store knows of',
  'unknown-type': 'a type of event that there is not',
  unreadable: 'an event that is no JSON, or not of the shape of its type',
  'foreign-stream': 'a stream that belongs to no account',
  'stream-deleted': 'an account whose stream somebody has deleted',
  'stream-truncated': 'an account of which the store hides events: $maxCount, $maxAge or $tb',
  'revision-gap': 'revisions of an account are missing',
  'revision-repeated': 'a revision of an account stands twice',
  'order-broken': 'events of an account stand in another order than they were recorded in',
  'hash-broken': 'an event says something else than its hash covers',
  'id-not-derived': 'the id of an event does not follow from its command and place',
  'command-not-derived': 'the id of a command does not follow from its user, source and id',
  'rule-broken': 'an event that the rules could not have produced',
  'snapshot-forged': 'a snapshot that somebody wrote who has no key',
  'snapshot-differs': 'a snapshot that is not what its events come to',
  'passes-disagree': 'the store gives other events by account than by position',
  'store-refuses': 'the store itself refuses to give what is there',
  'anchor-beyond-end': 'the store ends before the anchor: its tail was cut, or it is an old backup',
  'anchor-events-differ': 'the events up to the anchor are not those that were signed',
  'anchor-accounts-differ': 'the accounts at the anchor are not those that were signed',
} as const;

export type DamageKind = keyof typeof DAMAGE_KINDS;

export interface Damage {
  readonly kind: DamageKind;
  /** null: it is not at one place. */
  readonly position: Position | null;
  readonly stream: string | null;
  readonly revision: number | null;
  readonly detail: string;
}

/** Of one kind that are kept in full; the others are counted. */
const KEPT_PER_KIND_MAX = 100;

/** What was found so far: all of it counted, and of each kind the first ones in full. */
export class Findings {
  readonly counts = new Map<DamageKind, number>();
  readonly kept: Damage[] = [];

  add(damage: Damage): void {
    const count = (this.counts.get(damage.kind) ?? 0) + 1;
    this.counts.set(damage.kind, count);
    if (count <= KEPT_PER_KIND_MAX) this.kept.push(damage);
  }

  /** What another pass or another core found. */
  merge({ counts, kept }: PlainFindings): void {
    for (const damage of kept) this.kept.push(damage);
    for (const [kind, count] of counts) {
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + count);
    }
  }

  get isClean(): boolean {
    return this.counts.size === 0;
  }

  /** In order of position; what is at no one place comes last. */
  sorted(): readonly Damage[] {
    const positionOf = ({ position }: Damage): string => position ?? '~';
    return [...this.kept].sort((a, b) => (positionOf(a) < positionOf(b) ? -1 : 1));
  }
}

/** As it crosses from one thread to another. */
export interface PlainFindings {
  readonly counts: ReadonlyMap<DamageKind, number>;
  readonly kept: readonly Damage[];
}
