import { EventStoreDbProtocolServer } from '#testing';
import { appendBytes } from '../append-size.js';
import { APPEND_BYTES_MAX, NO_STREAM } from '../index.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { StreamWriter } from '../testing/eventstoredb-fixtures.js';

/** So many events that hash, id and type take about as many bytes as the data. */
const EVENTS = 2_000;

describe.each(['23.10', '24.10'] as const)(
  'An EventStoreDB %s that accepts appends of 12 MiB',
  (version) => {
    const server = new EventStoreDbProtocolServer({ version, appendBytesMax: APPEND_BYTES_MAX });
    let store: EventStoreDbEventStore;
    beforeAll(async () => {
      await server.start();
      store = new EventStoreDbEventStore(server.connectionString, { deadlineMs: 60_000 });
    });
    afterAll(async () => {
      await store.close();
      await server.stop();
    });

    it('accepts the largest append that the adapter sends', async () => {
      const writer = new StreamWriter();
      const small = appendBytes(writer.next(EVENTS, () => ''));
      const perEvent = Math.floor((APPEND_BYTES_MAX - small) / EVENTS);
      const events = writer.next(EVENTS, () => 'x'.repeat(perEvent));
      expect(APPEND_BYTES_MAX - appendBytes(events)).toBeLessThan(EVENTS);
      expect(await store.append(writer.stream, NO_STREAM, events)).toMatchObject({ kind: 'ok' });
    });

    it('never receives an append that is too large because of the bytes besides the data', async () => {
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
