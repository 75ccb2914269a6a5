import { sign, verify, type KeyObject } from 'node:crypto';
import type { Position } from '#event-store';
import { publicKeyHex } from '#identity';

// This format never changes, because anchors are read years later. A new format gets another first
// line. Every line is `name: value`, in this order. Everything before the last line is signed.

const TITLE = 'points-ledger anchor v1';

/** A statement of what a store held at one moment. */
export interface Anchor {
  readonly store: 'postgres' | 'eventstoredb';
  readonly time: string;
  /** How many events there were. */
  readonly size: number;
  /** The position of the last event. */
  readonly position: Position;
  readonly eventsRoot: string;
  readonly accounts: number;
  readonly accountsRoot: string;
  /** An earlier anchor, and the proof that its events are the first of this one. */
  readonly previous: {
    readonly size: number;
    readonly eventsRoot: string;
    readonly proof: readonly string[];
  } | null;
}

export interface SignedAnchor extends Anchor {
  /** The public key, in hex. */
  readonly key: string;
  readonly signature: string;
  /** The file, byte for byte. */
  readonly text: string;
}

export class InvalidAnchorError extends Error {
  override readonly name = 'BadAnchor';
}

export function signAnchor(anchor: Anchor, privateKey: KeyObject): SignedAnchor {
  const key = publicKeyHex(privateKey);
  const body = signedText(anchor, key);
  const signature = sign(null, Buffer.from(body), privateKey).toString('base64');
  return { ...anchor, key, signature, text: `${body}signature: ${signature}\n` };
}

function signedText(anchor: Anchor, key: string): string {
  const { previous } = anchor;
  const lines = [
    TITLE,
    `store: ${anchor.store}`,
    `time: ${anchor.time}`,
    `size: ${anchor.size}`,
    `position: ${anchor.position}`,
    `events-root: ${anchor.eventsRoot}`,
    `accounts: ${anchor.accounts}`,
    `accounts-root: ${anchor.accountsRoot}`,
  ];
  if (previous !== null) {
    lines.push(`previous-size: ${previous.size}`, `previous-events-root: ${previous.eventsRoot}`);
    lines.push(...previous.proof.map((hash) => `previous-proof: ${hash}`));
  }
  return [...lines, `key: ${key}`, ''].join('\n');
}

const ANCHOR_PATTERN = new RegExp(
  [
    `^${TITLE}`,
    'store: (?<store>postgres|eventstoredb)',
    'time: (?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z)',
    'size: (?<size>[1-9]\\d{0,15})',
    'position: (?<position>[a-z]+[:-][0-9-]+)',
    'events-root: (?<eventsRoot>[0-9a-f]{64})',
    'accounts: (?<accounts>[1-9]\\d{0,15})',
    'accounts-root: (?<accountsRoot>[0-9a-f]{64})',
    '(?:previous-size: (?<previousSize>[1-9]\\d{0,15})',
    'previous-events-root: (?<previousRoot>[0-9a-f]{64})',
    '(?<proof>(?:previous-proof: [0-9a-f]{64}\n)*))?key: (?<key>[0-9a-f]{64})',
    'signature: (?<signature>[A-Za-z0-9+/]{86}==)\n$',
  ].join('\n'),
);

/** Parses the file. It does not check the signature. */
export function parseAnchor(text: string): SignedAnchor {
  const fields = ANCHOR_PATTERN.exec(text)?.groups;
  if (fields === undefined) throw new InvalidAnchorError('it is no anchor, or was changed');
  const field = (name: string): string => fields[name] ?? '';
  return {
    store: field('store') as Anchor['store'],
    time: field('time'),
    size: Number(field('size')),
    position: field('position') as Position,
    eventsRoot: field('eventsRoot'),
    accounts: Number(field('accounts')),
    accountsRoot: field('accountsRoot'),
    previous: fields['previousSize'] === undefined ? null : parsePrevious(field),
    key: field('key'),
    signature: field('signature'),
    text,
  };
}

const parsePrevious = (field: (name: string) => string): NonNullable<Anchor['previous']> => ({
  size: Number(field('previousSize')),
  eventsRoot: field('previousRoot'),
  proof: field('proof').match(/[0-9a-f]{64}/g) ?? [],
});

/** Whether that key signed that anchor. */
export function isSignedBy(anchor: SignedAnchor, key: KeyObject): boolean {
  const body = anchor.text.slice(0, anchor.text.lastIndexOf('signature: '));
  const signature = Buffer.from(anchor.signature, 'base64');
  return (
    anchor.key === publicKeyHex(key) &&
    // Base64 has unused bits in the last character. Only the canonical form is accepted.
    signature.toString('base64') === anchor.signature &&
    verify(null, Buffer.from(body), key, signature)
  );
}
