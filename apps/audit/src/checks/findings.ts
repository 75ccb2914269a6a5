import type { Position } from '#event-store';

/** Everything that can be wrong with a store. The keys are part of the `--json` output and never change. */
export const DAMAGE_KINDS = {
  'position-gap': 'positions are missing: events were deleted',
  'position-repeated': 'a position occurs twice, or positions run backwards',
  'tail-cut': 'the store says that it goes on after its last event',
  'behind-head': 'events stand after the end that the store knows of',
  'unknown-type': 'an event of an unknown type',
  unreadable: 'an event that is not JSON, or does not have the shape of its type',
  'foreign-stream': 'a stream that belongs to no account',
  'stream-deleted': 'an account whose stream was deleted',
  'stream-truncated': 'an account whose older events the store hides: $maxCount, $maxAge or $tb',
  'revision-gap': 'revisions of an account are missing',
  'revision-repeated': 'a revision of an account occurs twice',
  'order-broken': 'events of an account are not in the order they were recorded in',
  'hash-broken': 'the content of an event does not match its hash',
  'id-not-derived': 'the id of an event does not follow from its command and revision',
  'command-not-derived': 'the id of a command does not follow from its user, source and id',
  'digest-not-derived': 'the digest of a command does not follow from its data, or has none',
  'settings-missing': 'an event that names a version of the settings that is not there',
  'settings-wrong': 'an event that was decided by other settings than those in force',
  'price-wrong': 'a price that was not published, or points that do not follow from it',
  'rule-broken': 'an event that the rules could not have produced',
  'snapshot-forged': 'a snapshot whose seal was not made with the key it names',
  'snapshot-differs': 'a snapshot that differs from the state its events lead to',
  'passes-disagree': 'the store gives different events by account than by position',
  'store-refuses': 'the store refuses to give some of its events',
  'anchor-beyond-end':
    'the store ends before the anchor: its tail was cut off, or it is an old backup',
  'anchor-events-differ': 'the events up to the anchor are not the ones that were signed',
  'anchor-accounts-differ': 'the accounts at the anchor are not the ones that were signed',
} as const;

export type DamageKind = keyof typeof DAMAGE_KINDS;

export interface Damage {
  readonly kind: DamageKind;
  /** null: the damage is not at one place. */
  readonly position: Position | null;
  readonly stream: string | null;
  readonly revision: number | null;
  readonly detail: string;
}

/** Findings of one kind that are kept in full. The others are only counted. */
const KEPT_PER_KIND_MAX = 100;

/** Counts all damage by kind and keeps the first findings of each kind in full. */
export class Findings {
  readonly counts = new Map<DamageKind, number>();
  readonly kept: Damage[] = [];

  add(damage: Damage): void {
    const count = (this.counts.get(damage.kind) ?? 0) + 1;
    this.counts.set(damage.kind, count);
    if (count <= KEPT_PER_KIND_MAX) this.kept.push(damage);
  }

  /** Adds the findings of another pass or thread. */
  merge({ counts, kept }: PlainFindings): void {
    for (const damage of kept) this.kept.push(damage);
    for (const [kind, count] of counts) {
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + count);
    }
  }

  get isClean(): boolean {
    return this.counts.size === 0;
  }

  /** In order of position. Damage without a position comes last. */
  sorted(): readonly Damage[] {
    const positionOf = ({ position }: Damage): string => position ?? '~';
    return [...this.kept].sort((a, b) => (positionOf(a) < positionOf(b) ? -1 : 1));
  }
}

/** Findings as plain data, as they are sent between threads. */
export interface PlainFindings {
  readonly counts: ReadonlyMap<DamageKind, number>;
  readonly kept: readonly Damage[];
}
