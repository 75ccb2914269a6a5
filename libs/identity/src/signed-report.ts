import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import canonicalize from 'canonicalize';

// The file of a report that is kept as evidence: one line of canonical JSON (RFC 8785), so that a report has
// one spelling. `format` comes first, and a format never changes, because reports are read years later.

export interface SignedReport {
  readonly format: string;
  /** The public key, in hex. */
  readonly key: string;
  readonly report: unknown;
  /** Of the canonical JSON of everything else. */
  readonly signature: string;
}

/** The text of the file. The key is an Ed25519 one. */
export function signReport(format: string, report: object, privateKey: KeyObject): string {
  const said = { format, key: publicKeyHex(privateKey), report };
  const signature = sign(null, Buffer.from(canonicalText(said)), privateKey).toString('base64');
  return fileText({ ...said, signature });
}

/**
 * null: it is not spelled as such a file is, so that no byte can be changed, added or taken away unseen. It
 * does not check the signature.
 */
export function parseSignedReport(text: string): SignedReport | null {
  // What was no UTF-8 reads as this character, and several spellings as one.
  if (text.includes('\ufffd')) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isSignedReport(value) && fileText(value) === text ? value : null;
}

/** Whether that key signed that report. */
export function isReportSignedBy(
  { signature, ...said }: SignedReport,
  publicKey: KeyObject,
): boolean {
  const bytes = Buffer.from(signature, 'base64');
  return (
    said.key === publicKeyHex(publicKey) &&
    // Base64 has unused bits in the last character. Only the canonical form is accepted.
    bytes.toString('base64') === signature &&
    verify(null, Buffer.from(canonicalText(said)), publicKey, bytes)
  );
}

/** The 32 bytes of a public key in hex, by which what is signed names its key. */
export function publicKeyHex(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return half.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
}

const fileText = (file: SignedReport): string => `${canonicalText(file)}\n`;

/** canonicalize() returns undefined only for a value that has no JSON. */
const canonicalText = (value: object): string => canonicalize(value) ?? '';

const FIELDS = 'format,key,report,signature';

const isSignedReport = (value: unknown): value is SignedReport =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).join(',') === FIELDS &&
  ['format', 'key', 'signature'].every(
    (field) => typeof (value as Readonly<Record<string, unknown>>)[field] === 'string',
  );
