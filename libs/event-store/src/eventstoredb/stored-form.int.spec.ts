import { randomUUID } from 'node:crypto';
import { binaryEvent, NO_STREAM as NONE } from '@eventstore/db-client';
import fc from 'fast-check';
import { ManualClock } from '#async/testing';
import { CHAIN_START, chainHash } from '#identity';
import { NO_STREAM, type EncodedEvent } from '../index.js';
import { readAllPages, idsOf, nonEmpty, readVerified } from '../testing/stream-writer.js';
import { openClient } from './client.js';
import { parseConnectionString } from './connection-string.js';
import { StreamWriter, withStore } from '../testing/eventstoredb-fixtures.js';
import { encodeMetadata, parseMetadata, serverEventId } from './stored-form.js';

const CREDENTIALS = { username: 'unused', password: 'unused' };

/** Writes an event in the form of earlier versions, in which the server's id was not made from the hash. */
const inOldForm = ({ id, type, data, meta, hash }: EncodedEvent) =>
  binaryEvent({
    id,
    type,
    data: Buffer.from(data),
    metadata: Uint8Array.from(Buffer.concat([hash, Buffer.from(meta)])),
  });

describe('The stored form of an event', () => {
  const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it('preserves hash, id and meta, whatever their content', () => {
    fc.assert(
      fc.property(
        hashes,
        fc.uuid({ version: [4, 5] }),
        fc.string({ unit: 'grapheme' }),
        (hash, id, meta) => {
          const event = { id, hash, meta, type: 'x', data: '{}' };
          expect(parseMetadata(serverEventId(hash), encodeMetadata(event))).toEqual({
            id,
            hash,
            meta,
          });
        },
      ),
    );
  });

  it('differs from the earlier form, whatever the hash', () => {
    fc.assert(
      fc.property(
        hashes,
        fc.uuid({ version: 5 }),
        fc.string({ unit: 'grapheme' }),
        (hash, id, meta) => {
          const metadata = Uint8Array.from(Buffer.concat([hash, Buffer.from(meta)]));
          expect(parseMetadata(id, metadata)).toEqual({ id, hash, meta });
        },
      ),
    );
  });

  it('is not recognised when the metadata is too short', () => {
    const hash = new Uint8Array(32).fill(7);
    expect(parseMetadata(randomUUID(), new Uint8Array(31))).toBeNull();
    expect(parseMetadata(serverEventId(hash), hash)).toBeNull();
    expect(parseMetadata(randomUUID(), undefined)).toBeNull();
  });
});

describe('A stream that an earlier version began', () => {
  // While its time stands still, the store looks for no append whose answer is slow to come.
  const on = withStore({ streamPrefixes: ['points-'], clock: new ManualClock() });

  async function beginInOldForm(count: number): Promise<StreamWriter> {
    const writer = new StreamWriter();
    const events = writer.next(count);
    const client = openClient(parseConnectionString(on.server.connectionString), null);
    await client.appendToStream(writer.stream, events.map(inOldForm), {
      credentials: CREDENTIALS,
      expectedRevision: NONE,
    });
    await client.close();
    writer.advance(events);
    return writer;
  }

  it('is read unchanged, and continues in the current form with an unbroken hash chain', async () => {
    const writer = await beginInOldForm(3);
    await writer.append(on.store, 2);
    const stored = await readVerified(on.store, writer.stream);
    expect(stored).toHaveLength(5);
    expect(idsOf(await readAllPages(on.store, null))).toEqual(idsOf(stored));
    const serverIds = on.server.log.streamOf(writer.stream).map(({ id }) => id);
    expect(serverIds.map((id, i) => id === stored[i]?.id)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('conflicts with an append in the current form at a revision that has the same event in the earlier form', async () => {
    const writer = await beginInOldForm(1);
    const same = await readVerified(on.store, writer.stream);
    expect(await on.store.append(writer.stream, NO_STREAM, nonEmpty(same))).toEqual({
      kind: 'conflict',
      actual: 0,
    });
    expect(await readVerified(on.store, writer.stream)).toHaveLength(1);
  });

  it('finds an unknown append, also in the earlier form', async () => {
    const writer = new StreamWriter();
    const events = writer.next(2);
    on.injectFaults({ kind: 'busy' });
    expect(await on.store.append(writer.stream, NO_STREAM, events)).toMatchObject({
      kind: 'unknown',
    });
    const client = openClient(parseConnectionString(on.server.connectionString), null);
    await client.appendToStream(writer.stream, events.map(inOldForm), {
      credentials: CREDENTIALS,
      expectedRevision: NONE,
    });
    await client.close();
    expect(await on.store.append(writer.stream, NO_STREAM, events)).toMatchObject({
      kind: 'ok',
      revision: 1,
    });
    expect(await readVerified(on.store, writer.stream)).toHaveLength(2);
  });

  it('never has both forms at one revision, because the server accepts appends only at the end', async () => {
    const writer = await beginInOldForm(2);
    const [, second] = await readVerified(on.store, writer.stream);
    if (second === undefined) throw new Error('nothing there');
    const part = await on.store.append(writer.stream, 0, [second]);
    expect(part).toEqual({ kind: 'conflict', actual: 1 });
    const fresh = new StreamWriter(writer.stream);
    Object.assign(fresh, { revision: 0, hash: chainHash(CHAIN_START, { ...second, revision: 0 }) });
    expect((await on.store.append(writer.stream, 0, fresh.next())).kind).toBe('conflict');
  });
});
