import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { EventStoreDbProtocolServer, selfSigned, DEFAULT_USERS } from '#testing';
import { NO_STREAM } from '../../port.js';
import { collect, newStream } from '../../testing/stream-writer.js';
import { EventStoreDbEventStore } from '../eventstoredb-event-store.js';
import { StreamWriter } from '../../testing/eventstoredb-fixtures.js';
import { checkEventStoreDb } from './check-eventstoredb.js';
import { otherWritersFinding } from './other-writers.js';

const MIB = 1024 * 1024;
/** 12 MiB go over TLS on a machine that may be busy, so that only a server that hangs takes this long. */
const HANGS_MS = 30_000;

async function found(url: string) {
  const findings = new Map<string, { readonly state: string; readonly sentence: string }>();
  for await (const { about, ...rest } of checkEventStoreDb(url, HANGS_MS))
    findings.set(about, rest);
  return findings;
}

describe('The check of an EventStoreDB', () => {
  const tls = selfSigned();
  const users = { ...DEFAULT_USERS, ledger: { password: 'secret', groups: [] } };
  const server = new EventStoreDbProtocolServer({ tls, users, appendBytesMax: MIB });
  let folder = '';
  let admin: EventStoreDBClient;
  const urlOf = (user: string) =>
    `esdb://${user}@localhost:${server.port}?tls=true&tlsCAFile=${encodeURIComponent(join(folder, 'ca.pem'))}`;
  const ledger = () => urlOf('ledger:secret');

  beforeAll(async () => {
    await server.start();
    folder = await mkdtemp(join(tmpdir(), 'esdb-check-'));
    await writeFile(join(folder, 'ca.pem'), tls.cert);
    admin = EventStoreDBClient.connectionString(urlOf('admin:changeit'));
  });
  afterAll(async () => {
    await admin.dispose();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('names each permission that a new user lacks and how to grant it, and writes nothing', async () => {
    const before = server.log.records.length;
    const findings = await found(ledger());
    expect(findings.get('server')).toMatchObject({ state: 'ok' });
    expect(findings.get('read $all')).toEqual({
      state: 'missing',
      sentence: expect.stringMatching(
        /does not let user "ledger" read \$all.*add it to "\$r" of "\$acl" in the metadata of \$all/,
      ) as string,
    });
    expect(findings.get('read streams')).toMatchObject({ state: 'ok' });
    expect(findings.get('read metadata')?.state).toBe('ok');
    expect(findings.get('write streams')).toMatchObject({ state: 'ok' });
    expect(findings.get('append size')).toEqual({
      state: 'missing',
      sentence: expect.stringContaining('EVENTSTORE_MAX_APPEND_SIZE=12582912') as string,
    });
    expect(findings.get('others')).toMatchObject({ state: 'unknown' });
    expect(findings.get('version')?.sentence).toMatch(/^The server is \d+\.\d+/);
    expect(server.log.records).toHaveLength(before);
  });

  it('names the missing permission when a follower starts and when the head is read', async () => {
    const store = new EventStoreDbEventStore(ledger());
    const sentence = 'EventStoreDB does not let user "ledger" read $all';
    await expect(store.head()).rejects.toThrow(sentence);
    await expect(store.readAll(null, 1)).rejects.toThrow(sentence);
    const follow = store.follow(null, async () => {}, new AbortController().signal);
    await expect(follow).rejects.toMatchObject({
      name: 'PermanentStoreError',
      code: 'access-denied',
      message: expect.stringContaining(sentence) as string,
    });
    await store.close();
  });

  it('reports a wrong password, and checks nothing more', async () => {
    const findings = await found(urlOf('ledger:wrong'));
    expect([...findings]).toEqual([
      [
        'server',
        {
          state: 'missing',
          sentence:
            'EventStoreDB does not know user "ledger" with that password: check EVENT_STORE.',
        },
      ],
    ]);
  });

  it('finds nothing missing once the documented access lists are set, and names who else may write or delete', async () => {
    const strangers = await found(urlOf('admin:changeit'));
    expect(strangers.get('others')).toMatchObject({
      state: 'warning',
      sentence: expect.stringMatching(/Every user.*write.*Every user.*delete/) as string,
    });
    await admin.setStreamMetadata('$all', { acl: { readRoles: ['ledger', '$admins'] } });
    await admin.appendToStream('$settings', jsonEvent({ type: 'update-default-acl', data: LISTS }));
    const findings = await found(ledger());
    const missing = [...findings].filter(([, { state }]) => state === 'missing');
    expect(missing.map(([about]) => about)).toEqual(['append size']);
    const byAdmin = otherWritersFinding(LISTS, 'ledger');
    expect(byAdmin).toMatchObject({ state: 'ok' });

    const store = new EventStoreDbEventStore(ledger(), { streamPrefixes: ['points-'] });
    const writer = new StreamWriter();
    await writer.append(store, 2);
    expect(await collect(store.readStream(writer.stream))).toHaveLength(2);
    expect(await collect(store.readStream(newStream()))).toEqual([]);
    const credentials = { username: 'ledger', password: 'secret' };
    const other = EventStoreDBClient.connectionString(ledger());
    await expect(other.deleteStream(writer.stream, { credentials })).rejects.toThrow();
    await expect(other.tombstoneStream(writer.stream, { credentials })).rejects.toThrow();
    await other.dispose();
    await store.close();
  });

  it('names the permission to write or to read that an access list takes away', async () => {
    await admin.appendToStream(
      '$settings',
      jsonEvent({
        type: 'update-default-acl',
        data: { ...LISTS, $userStreamAcl: { $r: '$admins', $w: '$admins', $mr: '$admins' } },
      }),
    );
    const findings = await found(ledger());
    const sentences = ['read streams', 'read metadata', 'write streams'].map((about) =>
      findings.get(about),
    );
    for (const one of sentences) expect(one).toMatchObject({ state: 'missing' });
    expect(sentences.map((one) => /"\$\w+"/.exec(one?.sentence ?? '')?.[0])).toEqual([
      '"$r"',
      '"$mr"',
      '"$w"',
    ]);
    const store = new EventStoreDbEventStore(ledger());
    const writer = new StreamWriter();
    await expect(store.append(writer.stream, NO_STREAM, writer.next())).rejects.toThrow(
      `does not let user "ledger" write stream ${writer.stream}`,
    );
    await expect(collect(store.readStream(writer.stream))).rejects.toThrow(
      `does not let user "ledger" read stream ${writer.stream}`,
    );
    await store.close();
  });

  it('warns of a server without TLS, and accepts a maximum that is large enough', async () => {
    const open = await EventStoreDbProtocolServer.start({ appendBytesMax: 12 * MIB });
    const findings = await found(open.connectionString);
    expect(findings.get('tls')).toMatchObject({ state: 'warning' });
    expect(findings.get('append size')).toMatchObject({ state: 'ok' });
    expect([...findings.values()].filter(({ state }) => state === 'missing')).toEqual([]);
    await open.stop();
  });

  it('reports that no server can be reached', async () => {
    const findings = await found('esdb://127.0.0.1:1?tls=false');
    expect([...findings.keys()]).toEqual(['server']);
    expect(findings.get('server')).toEqual({
      state: 'missing',
      sentence: expect.stringMatching(
        /^No server is reached: .*ECONNREFUSED 127\.0\.0\.1:1\.$/,
      ) as string,
    });
    expect((await found('esdb://nowhere?tls=perhaps')).get('connection')?.sentence).toMatch(
      /tls must be true or false/,
    );
  });
});

/** The access lists from docs/operations.md. */
const LISTS = {
  $userStreamAcl: {
    $r: ['ledger', '$admins'],
    $w: ['ledger', '$admins'],
    $d: ['$admins'],
    $mr: ['ledger', '$admins'],
    $mw: ['$admins'],
  },
  $systemStreamAcl: {
    $r: ['$admins'],
    $w: ['$admins'],
    $d: ['$admins'],
    $mr: ['$admins'],
    $mw: ['$admins'],
  },
};
