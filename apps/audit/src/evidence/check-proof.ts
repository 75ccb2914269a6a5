import type { KeyObject } from 'node:crypto';
import {
  SETTINGS_STREAM,
  TAKE_OVER_STREAM,
  type Account,
  type LedgerEvent,
  type Policy,
  type TakeOverEvent,
} from '#ledger';
import type { SignedAnchor } from './anchor-file.js';
import { provesPreviousAnchor } from './compare-anchors.js';
import { parseTrustedAnchor } from './read-anchor.js';
import { accountLeaf } from './merkle-hashes.js';
import { rootFromInclusionProof } from './merkle-proofs.js';
import { AccountChecker } from '../checks/account-checker.js';
import { Findings } from '../checks/findings.js';
import { knownSettings, versionOf, type ReadVersion } from '../checks/known-settings.js';
import { takeOverOf } from '../checks/known-take-overs.js';
import { SettingsChecker } from '../checks/settings-checker.js';
import { TakeOverChecker } from '../checks/take-over-checker.js';
import type { StoredEvent } from '../store/event-source.js';
import type { Proof, ProofEvent, ProofHeader, ProvedStream } from './proof-file.js';

export interface ProofCheckResult {
  readonly anchor: SignedAnchor;
  readonly account: Account;
  readonly last: LedgerEvent | null;
  readonly events: number;
  /** How many versions of the settings the proof holds. */
  readonly versions: number;
  /** Why the proof is not valid; empty: it is. */
  readonly faults: readonly string[];
}

/**
 * Checks that the events are exactly the signed ones of the account, and that the rules produce them
 * by the settings, which must be exactly the signed ones as well. It needs the public key and no store.
 */
export function checkProof(
  name: string,
  { header, events }: Proof,
  key: KeyObject,
  policies: readonly Policy[] = [],
): ProofCheckResult {
  const anchor = parseTrustedAnchor(`the anchor in ${name}`, header.anchor, key);
  const faults: string[] = [];
  if (!provesPreviousAnchor(anchor))
    faults.push('the anchor does not hold the one that it follows');
  if (!isSigned(header.stream, header, anchor)) {
    faults.push('its path does not lead from this account to the accounts that were signed');
  }
  const lines = events[Symbol.iterator]();
  const versions: ReadVersion[] = [];
  if (header.settings !== undefined) {
    if (!isSigned(SETTINGS_STREAM, header.settings, anchor)) {
      faults.push('its path does not lead from these settings to what was signed');
    }
    checkSettings(header.settings, lines, versions, faults);
  }
  const takeOvers: TakeOverEvent[] = [];
  if (header.takeOvers !== undefined) {
    if (!isSigned(TAKE_OVER_STREAM, header.takeOvers, anchor)) {
      faults.push('its path does not lead from these take-overs to what was signed');
    }
    checkTakeOvers(header.takeOvers, lines, takeOvers, faults);
  }
  const known = knownSettings(policies, versions, takeOvers);
  const checked = checkAccount(header, lines, known, faults);
  return { anchor, versions: versions.length, faults, ...checked };
}

const isSigned = (
  stream: string,
  { revision, hash, index, path }: ProvedStream,
  anchor: SignedAnchor,
): boolean =>
  rootFromInclusionProof(accountLeaf({ stream, revision, hash }), index, anchor.accounts, path) ===
  anchor.accountsRoot;

function checkSettings(
  proved: ProvedStream,
  lines: Iterator<ProofEvent>,
  versions: ReadVersion[],
  faults: string[],
): void {
  const findings = new Findings();
  const checker = new SettingsChecker(SETTINGS_STREAM, (damage) => findings.add(damage));
  const seen = countEvents(first(lines, proved.revision + 1), SETTINGS_STREAM, (stored) => {
    checker.check(stored);
    const version = versionOf(stored);
    if (version !== null) versions.push(version);
  });
  checker.finish();
  faults.push(...faultsOf(findings, 'settings, revision'));
  if (!isWhole(proved, seen)) faults.push('its settings are not all of those that were signed');
}

function checkTakeOvers(
  proved: ProvedStream,
  lines: Iterator<ProofEvent>,
  takeOvers: TakeOverEvent[],
  faults: string[],
): void {
  const findings = new Findings();
  const checker = new TakeOverChecker(TAKE_OVER_STREAM, (damage) => findings.add(damage));
  const seen = countEvents(first(lines, proved.revision + 1), TAKE_OVER_STREAM, (stored) => {
    checker.check(stored);
    takeOvers.push(...takeOverOf(stored));
  });
  checker.finish();
  faults.push(...faultsOf(findings, 'take-overs, revision'));
  if (!isWhole(proved, seen)) faults.push('its take-overs are not all of those that were signed');
}

function checkAccount(
  header: ProofHeader,
  lines: Iterator<ProofEvent>,
  known: ReturnType<typeof knownSettings>,
  faults: string[],
): Pick<ProofCheckResult, 'account' | 'last' | 'events'> {
  const findings = new Findings();
  let last: LedgerEvent | null = null;
  const checker = new AccountChecker(
    header.stream,
    known,
    (damage) => findings.add(damage),
    (event) => (last = event),
  );
  const seen = countEvents(first(lines), header.stream, (stored) => checker.check(stored));
  checker.finish();
  faults.push(...faultsOf(findings, 'revision'));
  if (!isWhole(header, seen)) {
    faults.push('its events are not all of those that were signed, or more than those');
  }
  return { account: checker.rules.account, last, events: seen.count };
}

/** The next lines, at most so many. */
function* first(lines: Iterator<ProofEvent>, max = Number.POSITIVE_INFINITY): Iterable<ProofEvent> {
  for (let taken = 0; taken < max; taken++) {
    const line = lines.next();
    if (line.done === true) return;
    yield line.value;
  }
}

interface SeenEvents {
  readonly count: number;
  readonly newestHash: string;
}

function countEvents(
  events: Iterable<ProofEvent>,
  stream: string,
  check: (stored: StoredEvent) => void,
): SeenEvents {
  let count = 0;
  let newestHash = '';
  for (const event of events) {
    check({ ...event, stream });
    count += 1;
    newestHash = event.hash;
  }
  return { count, newestHash };
}

const isWhole = ({ revision, hash }: ProvedStream, { count, newestHash }: SeenEvents): boolean =>
  count === revision + 1 && newestHash === hash;

const faultsOf = ({ kept }: Findings, place: string): readonly string[] =>
  kept.map(({ kind, revision, detail }) => `${place} ${revision}: ${kind}, ${detail}`);
