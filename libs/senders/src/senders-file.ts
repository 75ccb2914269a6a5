import { duplicateFieldError, parseWith, type FieldError, type ParseResult } from '#contracts';
import { findOverlaps } from './overlaps.js';
import type { Sender } from './sender.js';
import { sendersFile, type WrittenSender } from './senders-schema.js';

const SECRET_BYTES_MIN = 32;

/** Secrets by the name under which the file refers to them, which is that of an environment variable. */
export type Secrets = Readonly<Record<string, string | undefined>>;

/** The senders in a file, or every error in it. No error message contains a secret. */
export function parseSenders(text: string, secrets: Secrets): ParseResult<readonly Sender[]> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, errors: [{ field: 'the file', reason: 'must be JSON' }] };
  }
  const repeated = duplicateFieldError(text);
  if (repeated !== null) return { ok: false, errors: [repeated] };
  const parsed = parseWith(sendersFile, json, 'the file');
  if (!parsed.ok) return parsed;
  const { senders } = parsed.value;
  const faults = [
    ...senders.flatMap((written, index) => faultsOfSender(written, `senders.${index}`, secrets)),
    ...sharedFaults(senders, secrets),
  ];
  return faults.length > 0
    ? { ok: false, errors: faults }
    : { ok: true, value: senders.map((written) => senderOf(written, secrets)) };
}

function faultsOfSender(written: WrittenSender, at: string, secrets: Secrets): FieldError[] {
  const faults: FieldError[] = [];
  const { sources, subjects, keys, unsigned } = written;
  if (sources.length === 0 && subjects.length === 0) {
    faults.push({ field: at, reason: 'must have sources (for Kafka) or subjects (for HTTP)' });
  }
  if (sources.length > 0 && keys.length === 0 && !unsigned) {
    faults.push({
      field: `${at}.keys`,
      reason: 'must name a key, or the sender must say "unsigned": true',
    });
  }
  if (sources.length === 0 && (keys.length > 0 || unsigned)) {
    faults.push({
      field: `${at}.sources`,
      reason: 'must not be empty: keys and unsigned apply only to messages over Kafka',
    });
  }
  for (const [index, { id, secret_env: name }] of keys.entries()) {
    if (keys.findIndex((other) => other.id === id) < index) {
      faults.push({
        field: `${at}.keys.${index}.id`,
        reason: 'is the id of another key of this sender',
      });
    }
    const fault = faultOfSecret(secrets[name]);
    if (fault !== null)
      faults.push({
        field: `${at}.keys.${index}.secret_env`,
        reason: `names ${name}, which ${fault}`,
      });
  }
  return faults;
}

function faultOfSecret(secret: string | undefined): string | null {
  if (secret === undefined || secret === '') return 'is not set in this process';
  if (Buffer.byteLength(secret) < SECRET_BYTES_MIN)
    return `has fewer than ${SECRET_BYTES_MIN} bytes`;
  return /^\s|\s$/.test(secret) ? 'begins or ends with white space' : null;
}

/** Two senders must not share a name, a source, a subject or a secret. */
function sharedFaults(senders: readonly WrittenSender[], secrets: Secrets): FieldError[] {
  const faults = findOverlaps(senders);
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const [index, { name, keys }] of senders.entries()) {
    if (names.has(name))
      faults.push({ field: `senders.${index}.name`, reason: 'is the name of another sender' });
    names.add(name);
    for (const [place, { secret_env: variable }] of keys.entries()) {
      const secret = secrets[variable] ?? '';
      const at = `senders.${index}.keys.${place}.secret_env`;
      const owner = owners.get(secret);
      if (owner !== undefined)
        faults.push({
          field: at,
          reason: `has the same secret as ${owner}: each key needs one of its own`,
        });
      else if (secret !== '') owners.set(secret, at);
    }
  }
  return faults;
}

const senderOf = (written: WrittenSender, secrets: Secrets): Sender => ({
  name: written.name,
  sources: written.sources,
  subjects: written.subjects,
  types: new Set(written.types),
  sourceTypes: written.source_types === undefined ? null : new Set(written.source_types),
  pointsMax: written.points_max ?? null,
  pointsPerDayMax: written.points_per_day_max ?? null,
  keys: new Map(written.keys.map(({ id, secret_env: name }) => [id, secrets[name] ?? ''])),
  unsigned: written.unsigned,
});
