import { formatNumber, formatVersions, renderTable, stripControls } from '#terminal';
import type { Labels } from '../terminal/labels.js';
import { DAMAGE_KINDS, type DamageKind } from '../checks/findings.js';
import type { NewestVersion } from '../checks/settings-checker.js';
import type { VerificationResult } from './verify-store.js';

/** How many places of damage are printed. `--json` has all that were kept. */
const PRINTED_PLACES_MAX = 20;

/** An anchor covers events only, so its report does not mention snapshots. */
export type ReportScope = 'events and snapshots' | 'events';

export function verificationText(
  verified: VerificationResult,
  seconds: number,
  labels: Labels,
  scope: ReportScope = 'events and snapshots',
): string {
  const { findings, events, accounts, last, settings, unknownPolicies, snapshots } = verified;
  const rate = formatNumber(Math.round(events / seconds));
  const lines = [
    `${formatNumber(events)} events of ${formatNumber(accounts)} accounts, up to ${last ?? 'the beginning'}, in ${seconds.toFixed(1)} s (${rate}/s)`,
  ];
  if (settings !== null) lines.push(settingsLine(settings));
  for (const [fingerprint, count] of unknownPolicies) {
    lines.push(
      `${formatNumber(count)} events were decided under an unknown policy (${stripControls(fingerprint)}):`,
      'its limits were not checked, everything else was. Name the policy with --policy.',
    );
  }
  if (scope === 'events and snapshots') lines.push(...snapshotLines(snapshots));
  if (findings.isClean) return [...lines, 'No damage found.', ''].join('\n');
  const first = findings.sorted()[0];
  lines.push('', `DAMAGED, first at ${first?.position ?? 'no single position'}:`);
  lines.push(kindsText(findings.counts, labels), placesText(verified, labels));
  return lines.join('\n');
}

/** Versions are numbered from 1, and each was checked. */
const settingsLine = ({ version, from, rules }: NewestVersion): string =>
  `${formatVersions(version)}, the newest in force from ${from} on, of rules ${rules}`;

function snapshotLines(snapshots: VerificationResult['snapshots']): readonly string[] {
  if (snapshots === null) {
    return ['Snapshots were not checked: set DATABASE_URL to say where they are.'];
  }
  const { compared, unknownKeys, notCompared } = snapshots;
  return [
    ...(compared > 0
      ? [`${formatNumber(compared)} snapshots were compared with their events.`]
      : []),
    ...(unknownKeys > 0
      ? [
          `The seals of ${formatNumber(unknownKeys)} snapshots were not checked: SNAPSHOT_KEYS lacks their keys.`,
        ]
      : []),
    ...(notCompared > 0
      ? [
          `${formatNumber(notCompared)} snapshots were not compared: they are of another version or of damaged accounts.`,
        ]
      : []),
  ];
}

function kindsText(counts: ReadonlyMap<DamageKind, number>, labels: Labels): string {
  return renderTable(
    [{ head: labels('damage') }, { head: '#', align: 'right' }, { head: labels('detail') }],
    [...counts].map(([kind, count]) => [kind, formatNumber(count), DAMAGE_KINDS[kind]]),
  );
}

function placesText({ findings }: VerificationResult, labels: Labels): string {
  const found = findings.sorted();
  const text = renderTable(
    [
      { head: labels('position') },
      { head: labels('damage') },
      { head: labels('account') },
      { head: labels('revision'), align: 'right' },
      { head: labels('detail') },
    ],
    found
      .slice(0, PRINTED_PLACES_MAX)
      .map(({ position, kind, stream, revision, detail }) => [
        position ?? '',
        kind,
        stream ?? '',
        revision === null ? '' : String(revision),
        detail,
      ]),
  );
  const more = found.length - PRINTED_PLACES_MAX;
  return more > 0 ? `${text}… and ${formatNumber(more)} more (--json has them)\n` : text;
}

export function verificationJson(verified: VerificationResult) {
  const { findings, events, accounts, last, settings, unknownPolicies, snapshots } = verified;
  return {
    ok: findings.isClean,
    events,
    accounts,
    position: last,
    first_bad_position: findings.sorted()[0]?.position ?? null,
    damage: Object.fromEntries(findings.counts),
    places: findings.sorted(),
    // A ledger from before the settings is reported as it always was.
    ...(settings && { settings }),
    unknown_policies: Object.fromEntries(unknownPolicies),
    snapshots: snapshots && {
      compared: snapshots.compared,
      unknown_keys: snapshots.unknownKeys,
      not_compared: snapshots.notCompared,
    },
  };
}
