import { MemoryEventStore, MemoryLog, type MemoryFault } from '#event-store/testing';
import { SETTINGS_STREAM } from '#ledger';
import { SettingsPublisher } from './settings-publisher.js';
import { SettingsReader } from './settings-reader.js';
import { draftOf, VersionWriter } from './testing/draft-builders.js';
import { TestClock } from './testing/test-clock.js';

const origin = { correlation: 'spec' };

async function openPublisher(faults: (MemoryFault | undefined)[] = []) {
  const log = new MemoryLog();
  const clock = new TestClock(Date.parse('2030-06-01T00:00:00.000Z'));
  const writer = new VersionWriter(new MemoryEventStore({ log }));
  await writer.write({});
  const store = new MemoryEventStore({
    log,
    timeOfDay: () => clock.timeOfDay(),
    faultOf: () => faults.shift(),
  });
  const reader = new SettingsReader({ store, clock });
  return { log, clock, reader, writer, publisher: new SettingsPublisher({ store, reader, clock }) };
}

describe('A publisher of settings', () => {
  it('writes nothing twice when the answer of the store was lost', async () => {
    const { log, clock, publisher } = await openPublisher(['answer-lost']);
    const publication = { version: 2, draft: { ...draftOf(clock.in(360)) }, origin };
    await expect(publisher.publish(publication)).rejects.toMatchObject({ code: 'outcome-unknown' });
    clock.pass(60);
    await expect(publisher.publish(publication)).resolves.toMatchObject({ isRepeated: true });
    expect(log.placesOf(SETTINGS_STREAM)).toHaveLength(2);
  });

  it('judges a draft again, by a later clock, when the append was lost', async () => {
    const { clock, publisher } = await openPublisher(['lost-before-commit']);
    const publication = { version: 2, draft: { ...draftOf(clock.in(360)) }, origin };
    await expect(publisher.publish(publication)).rejects.toMatchObject({ code: 'outcome-unknown' });
    clock.pass(1);
    await expect(publisher.publish(publication)).resolves.toMatchObject({
      kind: 'invalid',
      faults: [{ field: 'from' }],
    });
  });

  it('does not take another version of the same number for a repeat', async () => {
    const { clock, publisher } = await openPublisher();
    const draft = { ...draftOf(clock.in(400)) };
    await publisher.publish({ version: 2, draft, origin });
    const other = { ...draft, by: 'somebody else' };
    await expect(publisher.publish({ version: 2, draft: other, origin })).resolves.toEqual({
      kind: 'conflict',
      newest: 2,
    });
  });

  it('does not judge what follows a version of unknown rules', async () => {
    const { clock, publisher, writer } = await openPublisher();
    await writer.write({ from: clock.in(400), rules: 3 });
    const publication = { version: 3, draft: { ...draftOf(clock.in(800)) }, origin };
    await expect(publisher.publish(publication)).rejects.toMatchObject({
      code: 'unknown-rules',
      message: expect.stringContaining('Publish with a later build') as string,
    });
  });
});
