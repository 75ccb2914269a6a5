import { consumeBatches } from './consume.js';
import { eventually, keysOfPartitions, QUICK, Received, testKafka } from './kafka.suite.js';
import { OutcomeProducer } from './outcome-producer.js';
it('null headers', async () => {
  const kafka = await testKafka();
  await kafka.createTopic('h');
  const p = kafka.connection.producer({});
  await p.connect();
  await p.send({ topic: 'h', messages: [{ key: 'k', value: 'v', headers: { a: null as never, b: 'x' } }] });
  await p.disconnect();
  const r = new Received();
  const s = consumeBatches(kafka.connection, { topic: 'h', groupId: 'h', limits: QUICK, onFatal: console.log });
  await s.start(r);
  await eventually(() => expect(r.messages.length).toBe(1));
  console.log(r.messages[0]?.headers);
  const out = new OutcomeProducer(kafka.connection);
  await out.send([{ topic: 'h', key: 'k', value: 'w', headers: r.messages[0]!.headers }]);
  await eventually(() => expect(r.messages.length).toBe(2));
  console.log(r.messages[1]?.headers);
  await out.close();
  await s.stop();

  for (const bytes of [128 * 1024, 1_048_588]) {
    const topic = 'starve' + bytes;
    await kafka.createTopic(topic, 2);
    const [k0 = '', k1 = ''] = keysOfPartitions(2);
    const big = 'x'.repeat(1000);
    const q = new OutcomeProducer(kafka.connection);
    // one batch of 500 KB in partition 1
    await q.send(Array.from({ length: 500 }, () => ({ topic, key: k1, value: big })));
    for (let i = 0; i < 100; i++) await q.send(Array.from({ length: 50 }, () => ({ topic, key: k0, value: big })));
    await q.close();
    const got: number[] = [];
    const rr = new Received((m) => {
      for (const x of m) got.push(x.partition);
      return { kind: 'all' };
    });
    const ss = consumeBatches(kafka.connection, { topic, groupId: topic, limits: { ...QUICK, partitionBytesMax: bytes }, onFatal: console.log });
    await ss.start(rr);
    await eventually(() => expect(got.length).toBe(5500));
    console.log(bytes, 'first of partition 1 at', got.indexOf(1), 'of', got.length);
    await ss.stop();
  }
  await kafka.close();
}, 120_000);
