import { plain } from '../terminal/table.js';
import { table, grouped } from '../terminal/table.js';
import type { Words } from '../terminal/words.js';
import { DAMAGE_KINDS, type DamageKind } from '../checks/findings.js';
import type { Verified } from './verify-store.js';

/** Of the places of damage that are printed; --json has all that were kept. */
const PLACES_MAX = 20;

/** An anchor is of events alone, and says nothing of snapshots. */
export type Told = 'events and snapshots' | 'events';

export function verifiedText(
  verified: Verified,
  seconds: number,
  words: Words,
  told: Told = 'events and snapshots',
): string {
  const { findings, events, accounts, last, unknownPolicies, snapshots } = verified;
  const rate = grouped(Math.round(events / seconds));
  const lines = [
    `${grouped(events)} events of ${grouped(accounts)} accounts, up to ${last ?? 'the beginning'}, in ${seconds.toFixed(1)} s (${rate}/s)`,
  ];
  for (const [fingerprint, count] of unknownPolicies) {
    lines.push(
      `${grouped(count)} events were decided under a policy that was not named (${plain(fingerprint)}):`,
      'its own limits were not checked, all else was. Name it with --policy.',
    );
  }
  if (told === 'events and snapshots') lines.push(...snapshotLines(snapshots));
  if (findings.isClean) return [...lines, 'Nothing is wrong.', ''].join('\n');
  const first = findings.sorted()[0];
  lines.push('', `DAMAGED, first at ${first?.position ?? 'no one place'}:`);
  lines.push(kindsText(findings.counts, words), placesText(verified, words));
  return lines.join('\n');
}

function snapshotLines(snapshots: Verified['snapshots']): readonly string[] {
  if (snapshots === null) {
    return ['Snapshots were not looked at: DATABASE_URL says where they are.'];
  }
  const { compared, unknownKeys, notCompared } = snapshots;
  return [
    ...(compared > 0 ? [`${grouped(compared)} snapshots were held against their events.`] : []),
    ...(unknownKeys > 0
      ? [`The seals of ${grouped(unknownKeys)} were not checked: SNAPSHOT_KEYS has not their keys.`]
      : []),
    ...(notCompared > 0
      ? [
          `${grouped(notCompared)} could not be compared: of another version, or of damaged accounts.`,
        ]
      : []),
  ];
}

function kindsText(counts: ReadonlyMap<DamageKind, number>, words: Words): string {
  return table(
    [{ head: words('damage') }, { head: '#', align: 'right' }, { head: words('detail') }],
    [...counts].map(([kind, count]) => [kind, grouped(count), DAMAGE_KINDS[kind]]),
  );
}

function placesText({ findings }: Verified, words: Words): string {
  const found = findings.sorted();
  const text = table(
    [
      { head: words('position') },
      { head: words('damage') },
      { head: words('account') },
      { head: words('revision'), align: 'right' },
      { head: words('detail') },
    ],
    found
      .slice(0, PLACES_MAX)
      .map(({ position, kind, stream, revision, detail }) => [
        position ?? '',
        kind,
        stream ?? '',
        revision === null ? '' : String(revision),
        detail,
      ]),
  );
  const more = found.length - PLACES_MAX;
  return more > 0 ? `${text}… and ${grouped(more)} more (--json has them)\n` : text;
}

export function verifiedJson(verified: Verified) {
  const { findings, events, accounts, last, unknownPolicies, snapshots } = verified;
  return {
    ok: findings.isClean,
    events,
    accounts,
    position: last,
    first_bad_position: findings.sorted()[0]?.position ?? null,
    damage: Object.fromEntries(findings.counts),
    places: findings.sorted(),
    unknown_policies: Object.fromEntries(unknownPolicies),
    snapshots: snapshots && {
      compared: snapshots.compared,
      unknown_keys: snapshots.unknownKeys,
      not_compared: snapshots.notCompared,
    },
  };
}
