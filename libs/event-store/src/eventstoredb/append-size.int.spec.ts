import { EventStoreDbProtocolServer } from '#testing';
import { appendBytes } from '../append-size.js';
import { APPEND_BYTES_MAX, NO_STREAM } from '../index.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { StreamWriter } from '../testing/eventstoredb-fixtures.js';

/** So many that hash, id and type weigh about as much as the data. */
const EVENTS = 2_000;

describe.each(['23.10', '24.10'] as const)(
  'an EventStoreDB %s that takes appends of 12 MiB',
  (version) => {
    const server = new EventStoreDbProtocolServer({ version, appendBytesMax: APPEND_BYTES_MAX });
    let store: EventStoreDbEventStore;
    beforeAll(async () => {
      await server.start();
      store = new EventStoreDbEventStore(server.connectionString, { deadlineMs: 20_000 });
    });
    afterAll(async () => {
      await store.close();
      await server.stop();
    });

    it('takes the largest append that the adapter does not refuse', async () => {
      const writer = new StreamWriter();
      const small = appendBytes(writer.next(EVENTS, () => ''));
      const perEvent = Math.floor((APPEND_BYTES_MAX - small) / EVENTS);
      const events = writer.next(EVENTS, () => 'x'.repeat(perEvent));
      expect(APPEND_BYTES_MAX - appendBytes(events)).toBeLessThan(EVENTS);
      expect(await store.append(writer.stream, NO_STREAM, events)).toMatchObject({ kind: 'ok' });
    });

    it('never gets one that is larger by the bytes around the data', async () => {
      const writer = new StreamWriter();
      const perEvent = Math.floor(APPEND_BYTES_MAX / EVENTS);
      const events = writer.next(EVENTS, () => 'x'.repeat(perEvent));
      await expect(store.append(writer.stream, NO_STREAM, events)).rejects.toMatchObject({
        code: 'append-too-large',
      });
      expect(server.log.streamOf(writer.stream)).toEqual([]);
    });
  },
);
