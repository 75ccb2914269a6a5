import { createHmac, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { v5 } from 'uuid';
import {
  commandTypesOf,
  parseCommandData,
  parseCommandMessage,
  parseIdempotencyKey,
  parseOutcome,
} from '#contracts';
import { commandDigest, commandIdOf } from '#identity';
import { conformanceTable, conformanceText } from './conformance-table.js';
import type { DecisionVector } from './decision-vectors.js';

const table = conformanceTable();
const { messages, refused_messages, derived_ids, partitions, signing_key } = table;
const decisions: readonly DecisionVector[] = table.decisions;

const sent = ({ kafka }: (typeof messages)[number]) => ({
  key: Buffer.from(kafka.key),
  value: Buffer.from(kafka.value),
  headers: Object.fromEntries(kafka.headers),
});

/** The partition by murmur2, written from its definition and not from a library. */
function partitionByDefinition(key: string, count: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % count;
}

function murmur2(data: Buffer): number {
  const m = 0x5bd1e995;
  let hash = 0x9747b28c ^ data.length;
  const whole = data.length - (data.length % 4);
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(data.readInt32LE(at), m);
    word ^= word >>> 24;
    hash = Math.imul(hash, m) ^ Math.imul(word, m);
  }
  const rest = data.subarray(whole);
  for (let at = rest.length - 1; at >= 0; at -= 1) hash ^= (rest[at] ?? 0) << (8 * at);
  if (rest.length > 0) hash = Math.imul(hash, m);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, m);
  return hash ^ (hash >>> 15);
}

describe('the conformance vectors', () => {
  it('are what the code of the ledger makes: `npm run conformance` writes them', () => {
    const written = readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8');
    expect(written).toBe(conformanceText());
  });

  it('have a message of every command, with every field that it may have', () => {
    for (const type of commandTypesOf(2)) {
      const said = messages
        .filter(({ given }) => given.type === type)
        .flatMap(({ kafka }) => Object.keys(JSON.parse(kafka.value) as object));
      expect([type, [...new Set(said)].sort()]).toEqual([
        type,
        [...(table.constants.fields[type] ?? [])].sort(),
      ]);
    }
  });

  it.each(messages.map((vector) => [vector.name, vector] as const))(
    'have messages that the ledger reads as they are meant: %s',
    (_, vector) => {
      const { kafka, http, given, digest, command_id } = vector;
      const read = parseCommandMessage(sent(vector), 2);
      if (!read.ok) throw new Error(JSON.stringify(read.errors));
      const { type, id, source, data } = read.value;
      expect([type, id, source]).toEqual([given.type, given.id, kafka.source]);
      expect(commandDigest(type, data)).toBe(digest);
      expect(commandIdOf(data.user_id, source, id)).toBe(command_id.kafka);
      const body: unknown = JSON.parse(http.body);
      expect(parseCommandData(given.type, body, 2)).toEqual({ ok: true, value: { type, data } });
      const headers = Object.fromEntries(http.headers);
      expect(parseIdempotencyKey(headers['idempotency-key'])).toEqual({ ok: true, value: id });
      // What was given means the same as what is sent.
      const told = parseCommandData(given.type, given.data, 2);
      if (!told.ok) throw new Error(JSON.stringify(told.errors));
      expect(commandDigest(given.type, told.value.data)).toBe(digest);
    },
  );

  it('have signatures over the text that the wire formats name', () => {
    const signed = messages.filter(({ kafka }) => kafka.signed);
    expect(signed.length).toBeGreaterThan(5);
    for (const { kafka } of signed) {
      const headers = Object.fromEntries(kafka.headers);
      const digest = createHmac('sha256', signing_key.secret)
        .update(
          [
            ...['v1', kafka.topic, kafka.key, headers['ce_id'], headers['ce_source']],
            ...[headers['ce_type'], sha256(kafka.value)],
          ].join('\n'),
        )
        .digest('base64url');
      expect(headers['points-signature']).toBe(`v1,${signing_key.id},${digest}`);
    }
  });

  it.each(refused_messages.map((vector) => [vector.name, vector] as const))(
    'refuse only what the ledger refuses: %s',
    (_, { given, source }) => {
      const { type, data, id } = given;
      const user: unknown = (data as { readonly user_id?: unknown }).user_id;
      const message = {
        key: Buffer.from(String(user)),
        value: Buffer.from(JSON.stringify(data)),
        headers: {
          'content-type': 'application/json',
          ...{ ce_specversion: '1.0', ce_type: `points.${type}.v1` },
          ...{ ce_id: id, ce_source: source },
        },
      };
      expect(parseCommandMessage(message, 2).ok).toBe(false);
    },
  );

  it('derive ids that any library of UUIDs derives too', () => {
    for (const { source, task, type, step, id } of derived_ids) {
      const name = `${source}\0${task}\0${type}\0${step}`;
      expect(v5(name, table.constants.derived_id_namespace)).toBe(id);
    }
    expect(new Set(derived_ids.map(({ id }) => id)).size).toBe(derived_ids.length);
  });

  it('derive the id of a command that names none from its task, its type and its step', () => {
    const ids = table.unnamed_commands.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const [script] = table.unnamed_commands;
    const name = ['/tts', 'task-1', 'ConsumePoints', 'script'].join('\0');
    expect(script?.id).toBe(v5(name, table.constants.derived_id_namespace));
  });

  it('have the partitions of the Java client', () => {
    const hashes = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ] as const;
    for (const [key, hash] of hashes) expect([key, murmur2(Buffer.from(key))]).toEqual([key, hash]);
    for (const { key, partitions: of } of partitions) {
      for (const [count, partition] of Object.entries(of)) {
        expect([key, count, partition]).toEqual([
          key,
          count,
          partitionByDefinition(key, Number(count)),
        ]);
      }
    }
  });

  it('decide every code over both transports, from outcomes that the ledger gives', () => {
    for (const code of table.constants.refusal_codes) {
      // What is sent again is decided without a code.
      const about = decisions.filter(
        ({ name, decision }) => decision.code === code || name.endsWith(` ${code}`),
      );
      expect([code, new Set(about.map(({ transport }) => transport)).size]).toEqual([code, 2]);
    }
    const accepted = decisions.find(({ transport }) => transport === 'kafka');
    expect(accepted?.transport === 'kafka' && parseOutcome(JSON.parse(accepted.value)).ok).toBe(
      true,
    );
  });

  it('have a name of their own each', () => {
    const names = [messages, refused_messages, decisions].flatMap((all) =>
      all.map(({ name }) => name),
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

const sha256 = (text: string): string => hash('sha256', text, 'hex');
