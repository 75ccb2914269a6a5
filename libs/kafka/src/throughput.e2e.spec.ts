import { consumeBatches } from './consume.js';
import { eventually, keysOfPartitions, QUICK, testKafka } from './kafka.suite.js';
import { OutcomeProducer } from './outcome-producer.js';
import type { Handled, IncomingMessages } from './ports.js';

it('measures', async () => {
  const kafka = await testKafka({ heapMb: 256 });
  await kafka.createTopic('t', 12);
  const producer = new OutcomeProducer(kafka.connection);
  await producer.connect();
  const value = JSON.stringify({ user_id: 'x'.repeat(36), points: 12, pad: 'y'.repeat(200) });
  const keys = Array.from({ length: 1000 }, (_, i) => `user-${i}`);
  const N = 60_000;
  const headers = {
    ce_id: 'x'.repeat(36),
    ce_type: 'points.ConsumePoints.v1',
    ce_source: '/billing',
  };
  for (const round of [1, 2]) {
    const t = performance.now();
    let sent = 0;
    await Promise.all(
      Array.from({ length: 24 }, async () => {
        while (sent < N) {
          const chunk = 100;
          const at = sent;
          sent += chunk;
          await producer.send(
            Array.from({ length: chunk }, (_, i) => ({
              topic: 't',
              key: keys[(at + i) % 1000] ?? '',
              value,
              headers,
            })),
          );
        }
      }),
    );
    console.log('produced/s', round, Math.round(N / ((performance.now() - t) / 1000)));
  }
  let got = 0;
  let batches = 0;
  const source = consumeBatches(kafka.connection, {
    topic: 't',
    groupId: 'g',
    onFatal: (c) => console.log('fatal', c),
    observer: { troubled: (x) => console.log(x) },
  });
  const t0 = performance.now();
  let first = 0;
  await source.start({
    handle: async (m: IncomingMessages): Promise<Handled> => {
      first ||= performance.now();
      got += m.length;
      batches++;
      return { kind: 'all' };
    },
    giveUp: async () => {},
    ownershipLost: () => {},
  });
  await eventually(() => expect(got).toBe(2 * N), 60_000);
  console.log(
    'consumed/s',
    Math.round((2 * N) / ((performance.now() - first) / 1000)),
    'batches',
    batches,
    'join ms',
    first - t0,
  );
  // pass through: consume and produce at once
  await source.stop();
  await kafka.createTopic('out', 12);
  let through = 0;
  const source2 = consumeBatches(kafka.connection, {
    topic: 't',
    groupId: 'g2',
    onFatal: (c) => console.log('fatal', c),
    observer: { troubled: (x) => console.log(x) },
  });
  const t2 = performance.now();
  const c2 = process.cpuUsage();
  let calls = 0;
  let waited = 0;
  await source2.start({
    handle: async (m: IncomingMessages): Promise<Handled> => {
      calls++;
      const s0 = performance.now();
      await producer.send(m.map(({ key, value }) => ({ topic: 'out', key, value, headers })));
      waited += performance.now() - s0;
      through += m.length;
      return { kind: 'all' };
    },
    giveUp: async () => {},
    ownershipLost: () => {},
  });
  await eventually(() => expect(through).toBe(2 * N), 120_000);
  console.log('through/s', Math.round((2 * N) / ((performance.now() - t2) / 1000)));
  const cu = process.cpuUsage(c2);
  console.log(
    'cpu s',
    (cu.user + cu.system) / 1e6,
    'wall',
    (performance.now() - t2) / 1000,
    'calls',
    calls,
    'avg send ms',
    waited / calls,
  );
  await source2.stop();
  await producer.close();
  await kafka.close();
  void keysOfPartitions;
  void QUICK;
}, 300_000);
