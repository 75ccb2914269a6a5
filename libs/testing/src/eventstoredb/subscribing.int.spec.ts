import {
  END,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type EventStoreDBClient,
  type Filter,
  type Position,
  type ResolvedEvent,
} from '@eventstore/db-client';
import {
  eventually,
  linkTo,
  newStream,
  positionOf,
  revisionsOf,
  take,
  testEvents,
  withServer,
} from './testing/client-fixtures.js';

describe('the protocol server, subscribed to a stream,', () => {
  const on = withServer();

  it('gives what is there, says it has caught up, and gives what comes', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(4));
    const seen: (ResolvedEvent | string)[] = [];
    const subscription = on.client
      .subscribeToStream(stream)
      .on('confirmation', () => void seen.push('confirmation'))
      .on('caughtUp', () => void seen.push('caught up'))
      .on('data', (event: ResolvedEvent) => void seen.push(String(event.event?.revision)));
    await eventually('caught up', () => seen.includes('caught up'));
    await on.client.appendToStream(stream, testEvents(2));
    await eventually('the late ones came', () => seen.length === 8);
    await subscription.unsubscribe();
    expect(seen).toEqual(['confirmation', '0', '1', '2', '3', 'caught up', '4', '5']);
  });

  it('begins behind the revision it is given', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(4));
    const events = await take(on.client.subscribeToStream(stream, { fromRevision: 1n }), 2);
    expect(revisionsOf(events)).toEqual([2, 3]);
  });

  it('gives only what comes, from the end', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(2));
    const subscription = on.client.subscribeToStream(stream, { fromRevision: END });
    subscription.once('confirmation', () => {
      void on.client.appendToStream(stream, testEvents(1));
    });
    expect(revisionsOf(await take(subscription, 1))).toEqual([2]);
  });

  it('waits for a stream that is not there, and says that it has caught up only then (23.10)', async () => {
    const stream = newStream();
    const seen: string[] = [];
    const subscription = on.client
      .subscribeToStream(stream)
      .on('confirmation', () => void seen.push('confirmation'))
      .on('caughtUp', () => void seen.push('caught up'))
      .on('data', () => void seen.push('event'));
    await eventually('it is confirmed', () => seen.length === 1);
    // Twice as long as the real server waits before it looks again.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen).toEqual(['confirmation']);
    await on.client.appendToStream(stream, testEvents(1));
    await eventually('it has caught up', () => seen.includes('caught up'));
    expect(seen).toEqual(['confirmation', 'event', 'caught up']);
    await subscription.unsubscribe();
  });

  it('gives the tombstone before it ends (23.10), and ends at an event that is called so', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, [
      ...testEvents(1),
      jsonEvent({ type: '$streamDeleted', data: {} }),
    ]);
    const types: string[] = [];
    const read = async () => {
      for await (const { event } of on.client.subscribeToStream(stream))
        types.push(event?.type ?? '');
    };
    await expect(read()).rejects.toMatchObject({ type: 'stream-deleted' });
    expect(types).toEqual(['test', '$streamDeleted']);
  });

  it('resolves links', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(2));
    const links = newStream();
    await on.client.appendToStream(links, linkTo(stream, 1));
    const [event] = await take(on.client.subscribeToStream(links, { resolveLinkTos: true }), 1);
    expect(event?.event).toMatchObject({ streamId: stream, revision: 1n });
  });

  it('ends with an error when the stream is tombstoned', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(1));
    const subscription = on.client.subscribeToStream(stream);
    subscription.once('caughtUp', () => void on.client.tombstoneStream(stream));
    await expect(take(subscription, 9)).rejects.toMatchObject({
      type: 'stream-deleted',
      streamName: stream,
    });
  });
});

describe('the protocol server, subscribed to $all,', () => {
  const on = withServer();

  it('begins with its own events, and goes on', async () => {
    const stream = newStream();
    const subscription = on.client.subscribeToAll();
    subscription.once('caughtUp', () => {
      void on.client.appendToStream(stream, testEvents(1));
    });
    const seen: AllStreamResolvedEvent[] = [];
    for await (const event of subscription) {
      seen.push(event);
      if (event.event?.streamId === stream) break;
    }
    await subscription.unsubscribe();
    expect(seen[0]?.event?.streamId.startsWith('$')).toBe(true);
  });

  it('begins behind the position it is given', async () => {
    const stream = newStream();
    const first = await on.client.appendToStream(stream, testEvents(1));
    await on.client.appendToStream(stream, testEvents(2));
    const events = await take(on.client.subscribeToAll({ fromPosition: positionOf(first) }), 2);
    expect(revisionsOf(events)).toEqual([1, 2]);
  });

  it.each([
    ['streams by prefix', streamNameFilter({ prefixes: ['cats-', 'dogs-'] }), ['cats-1', 'dogs-1']],
    ['streams by regular expression', streamNameFilter({ regex: '^.o.*-1$' }), ['dogs-1']],
    ['types by prefix', eventTypeFilter({ prefixes: ['born'] }), ['cats-1', 'cows-1']],
    ['types by regular expression', eventTypeFilter({ regex: '^d[a-z]*d$' }), ['dogs-1']],
  ])('filters %s', async (_how, filter, expected) => {
    const { position } = await on.client.appendToStream(newStream(), testEvents(1));
    if (position === undefined) throw new Error('no position');
    await on.client.appendToStream('cats-1', testEvents(1, 'born'));
    await on.client.appendToStream('dogs-1', testEvents(1, 'died'));
    await on.client.appendToStream('cows-1', testEvents(1, 'born'));
    const events = await take(
      on.client.subscribeToAll({ fromPosition: position, filter }),
      expected.length,
    );
    expect(events.map(({ event }) => event?.streamId)).toEqual(expected);
  });

  it('leaves out system events on request', async () => {
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(1, 'the-last'));
    const types: string[] = [];
    for await (const { event } of on.client.subscribeToAll({ filter: excludeSystemEvents() })) {
      types.push(event?.type ?? '');
      if (event?.type === 'the-last') break;
    }
    expect(types.filter((type) => type.startsWith('$'))).toEqual([]);
  });

  it('gives a checkpoint every so many events it looks at, matching or not', async () => {
    const start = await on.client.appendToStream(newStream(), testEvents(1));
    const checkpoints: Position[] = [];
    const filter: Filter = eventTypeFilter({
      prefixes: ['finished'],
      checkpointInterval: 2,
      checkpointReached: (_subscription, position) => void checkpoints.push(position),
    });
    const stream = newStream();
    for (let i = 0; i < 10; i += 1) await on.client.appendToStream(stream, testEvents(20));
    const last = await on.client.appendToStream(stream, testEvents(1, 'finished'));
    await take(on.client.subscribeToAll({ fromPosition: positionOf(start), filter }), 1);
    expect(checkpoints).toHaveLength(Math.floor(201 / (2 * 32)));
    const commits = checkpoints.map(({ commit }) => commit);
    expect([...commits].sort((a, b) => Number(a - b))).toEqual(commits);
    expect(commits.every((commit) => commit < positionOf(last).commit)).toBe(true);
  });

  it('takes the window that is searched at once for the step of checkpoints', async () => {
    const start = await on.client.appendToStream(newStream(), testEvents(1));
    await on.client.appendToStream(newStream(), testEvents(20));
    const checkpoints: Position[] = [];
    const filter = streamNameFilter({
      prefixes: ['nothing-'],
      maxSearchWindow: 5,
      checkpointReached: (_subscription, position) => void checkpoints.push(position),
    });
    const subscription = on.client.subscribeToAll({ fromPosition: positionOf(start), filter });
    await eventually('checkpoints came', () => checkpoints.length === 4);
    await subscription.unsubscribe();
  });

  it('gives no checkpoint when it has caught up (23.10), but one for each interval behind that', async () => {
    const start = await on.client.appendToStream(newStream(), testEvents(1));
    await on.client.appendToStream(newStream(), testEvents(3));
    const { checkpoints, caughtUp, end } = checkpointsOf(on.client, positionOf(start), {
      maxSearchWindow: 5,
    });
    await eventually('it has caught up', caughtUp);
    expect(checkpoints).toEqual([]);
    const stream = newStream();
    await on.client.appendToStream(stream, testEvents(9));
    await eventually('two came', () => checkpoints.length === 2);
    const positions = on.server.log.streamOf(stream).map(({ position }) => BigInt(position));
    // Three were looked at before: so it is due at the second and at the seventh.
    expect(checkpoints).toEqual(
      [positions[1], positions[6]].map((at) => ({ commit: at, prepare: at })),
    );
    await end();
  });

  it('says a checkpoint where a page without a match began, and at the last match of another (23.10)', async () => {
    const start = await on.client.appendToStream(newStream(), testEvents(1));
    const stream = newStream();
    await on.client.appendToStream(stream, [
      ...testEvents(5),
      ...testEvents(2, 'match'),
      ...testEvents(13),
    ]);
    const { checkpoints, caughtUp, end } = checkpointsOf(on.client, positionOf(start), {
      maxSearchWindow: 5,
    });
    await eventually('it has caught up', caughtUp);
    const positions = on.server.log.streamOf(stream).map(({ position }) => BigInt(position));
    expect(checkpoints.slice(0, 3)).toEqual([
      { commit: positions[0], prepare: 0n },
      { commit: positions[6], prepare: positions[6] },
      { commit: positions[10], prepare: 0n },
    ]);
    await end();
  });

  it('drops who does not keep up, behind a buffer of 32 events (23.10)', async () => {
    const { stream, subscription } = await floodedSubscription(on);
    const revisions: number[] = [];
    const read = async () => {
      for await (const { event } of subscription) revisions.push(Number(event?.revision));
    };
    await expect(read()).rejects.toMatchObject({
      type: 'timeout',
      message:
        '10 ABORTED: Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
    });
    expect(revisions).toEqual(revisions.map((_, i) => i));
    expect(revisions.length).toBeLessThan(on.server.log.streamOf(stream).length);
  });

  it('holds back what is there already to what the subscriber takes, and loses none of it', async () => {
    const stream = newStream();
    const data = 'x'.repeat(20_000);
    const filter = streamNameFilter({ prefixes: [stream] });
    for (let i = 0; i < 20; i += 1) {
      const events = Array.from({ length: 20 }, () => jsonEvent({ type: 'flood', data }));
      await on.client.appendToStream(stream, events);
    }
    const subscription = on.client.subscribeToAll({ filter });
    const revisions: number[] = [];
    for await (const { event } of subscription) {
      revisions.push(Number(event?.revision));
      await new Promise((resolve) => setImmediate(resolve));
      if (revisions.length === 400) break;
    }
    expect(revisions).toEqual(Array.from({ length: 400 }, (_, i) => i));
  });
});

describe('the protocol server of version 24.10, subscribed to,', () => {
  const on = withServer({ version: '24.10' });

  it('says that it has caught up with a stream that is not there (since 24.2)', async () => {
    const subscription = on.client.subscribeToStream(newStream());
    let hasCaughtUp = false;
    subscription.on('caughtUp', () => (hasCaughtUp = true)).on('data', () => {});
    await eventually('it has caught up', () => hasCaughtUp);
    await subscription.unsubscribe();
  });

  it('gives a checkpoint when it has caught up, however little it looked at (since 24.2)', async () => {
    const start = await on.client.appendToStream(newStream(), testEvents(1));
    const last = await on.client.appendToStream(newStream(), testEvents(1, 'match'));
    const { checkpoints, caughtUp, end } = checkpointsOf(on.client, positionOf(start), {});
    await eventually('it has caught up', caughtUp);
    expect(checkpoints).toEqual([last.position]);
    await end();
  });

  it('tells who does not keep up that he fell behind, and loses nothing of it (since 24.2)', async () => {
    const { stream, subscription } = await floodedSubscription(on);
    let fellBehind = 0;
    subscription.on('fellBehind', () => (fellBehind += 1));
    const { length } = on.server.log.streamOf(stream);
    const events = await take(subscription, length);
    expect(revisionsOf(events)).toEqual(Array.from({ length }, (_, i) => i));
    expect(fellBehind).toBeGreaterThan(0);
  });
});

/** A filter that only `match` passes, and the checkpoints that are said of it. */
function checkpointsOf(
  client: EventStoreDBClient,
  fromPosition: Position,
  options: { maxSearchWindow?: number },
) {
  const checkpoints: Position[] = [];
  let hasCaughtUp = false;
  const filter = eventTypeFilter({
    ...options,
    prefixes: ['match'],
    checkpointReached: (_subscription, position) => void checkpoints.push(position),
  });
  const subscription = client
    .subscribeToAll({ fromPosition, filter })
    .on('caughtUp', () => (hasCaughtUp = true))
    .on('data', () => {});
  return {
    checkpoints,
    caughtUp: () => hasCaughtUp,
    end: () => subscription.unsubscribe(),
  };
}

/** Subscribed, caught up, and then not read from while far more is written than anything holds. */
async function floodedSubscription(on: ReturnType<typeof withServer>) {
  const stream = newStream();
  const filter = streamNameFilter({ prefixes: [stream] });
  const subscription = on.client.subscribeToAll({ filter });
  let hasCaughtUp = false;
  subscription.once('caughtUp', () => (hasCaughtUp = true));
  await eventually('it has caught up', () => hasCaughtUp);
  const data = 'x'.repeat(20_000);
  for (let i = 0; i < 20; i += 1) {
    const events = Array.from({ length: 20 }, () => jsonEvent({ type: 'flood', data }));
    await on.client.appendToStream(stream, events);
  }
  return { stream, subscription };
}
