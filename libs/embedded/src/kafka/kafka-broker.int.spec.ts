import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../process/ports.js';
import { callsOf, fakeJava, type FakeJavaScripts } from '../testing/fake-java.js';
import { withFolder } from '../testing/fixtures.js';
import { startKafkaBroker, type KafkaBrokerOptions } from './kafka-broker.js';

describe('the start of the local Kafka', () => {
  const folder = withFolder();
  const dataDir = () => folder.in('data');
  const start = (scripts: FakeJavaScripts = {}, options: Partial<KafkaBrokerOptions> = {}) =>
    startKafkaBroker({
      dataDir: dataDir(),
      jarsDir: folder.in('jars'),
      javaHome: fakeJava(folder, scripts),
      // Brings the smallest jar that there can be.
      mavenCommand: folder.program(
        'mvn',
        `for one in "$@"; do case "$one" in -DoutputDirectory=*) out="\${one#*=}";; esac; done
         mkdir -p "$out" && printf 'PK\\005\\006' > "$out/kafka.jar" && head -c 18 /dev/zero >> "$out/kafka.jar"`,
      ),
      ...options,
    });

  it('says which log to read when the broker ends, and has its last words as the cause', async () => {
    await expect(start({ broker: 'echo "no such property" >&2; exit 1' })).rejects.toMatchObject({
      name: 'KafkaBrokerError',
      code: 'not-started',
      message: `The local Kafka ended while it started: read ${join(dataDir(), 'broker.log')}.`,
      cause: { message: 'no such property\n' },
    });
    expect(folder.read('data/broker.log')).toBe('no such property\n');
  });

  it('gives up a broker that does not answer in time, and leaves none running', async () => {
    const broker = `echo $$ > '${folder.path}/pid'; exec sleep 60`;
    await expect(start({ broker }, { startMsMax: 300 })).rejects.toMatchObject({
      code: 'not-started',
      message: expect.stringContaining('did not answer within 0.3 s') as string,
    });
    expect(() => process.kill(Number(folder.read('pid')), 0)).toThrow('ESRCH');
  });

  it('is given up when its signal aborts', async () => {
    const stopping = AbortSignal.abort();
    await expect(start({}, { signal: stopping })).rejects.toMatchObject({
      name: 'KafkaBrokerError',
    });
    expect(existsSync(folder.in('calls'))).toBe(false);
  });

  it('names the port that is taken, before anything is written', async () => {
    const other = createServer();
    const port = await freePort();
    await new Promise<void>((listening) => other.listen(port, '127.0.0.1', listening));
    try {
      for (const options of [{ port }, { controllerPort: port }]) {
        await expect(start({}, options)).rejects.toMatchObject({
          code: 'port-taken',
          message: `Port ${port} for the local Kafka is taken: stop what listens there, or choose another KAFKA_PORT.`,
        });
      }
    } finally {
      await new Promise((closed) => other.close(closed));
    }
    expect(readdirSync(dataDir())).toEqual([]);
  });

  it('uses the ports that were asked for, and its own properties last', async () => {
    const [port, controllerPort] = [await freePort(), await freePort()];
    const properties = { 'message.max.bytes': 77 };
    const failed = start({ broker: 'exit 1' }, { port, controllerPort, properties });
    await expect(failed).rejects.toMatchObject({ code: 'not-started' });
    const settings = folder.read('data/server.properties');
    expect(settings).toContain(`advertised.listeners=PLAINTEXT://127.0.0.1:${port}\n`);
    expect(settings).toContain(`controller.quorum.voters=1@127.0.0.1:${controllerPort}\n`);
    expect(settings).toMatch(/message\.max\.bytes=77\n$/);
    expect(settings).toContain(`log.dirs=${join(dataDir(), 'storage')}\n`);
  });

  it('keeps its storage from one start to the next, also when the broker died', async () => {
    for (let n = 0; n < 2; n += 1) {
      await expect(start({ broker: 'exit 1' })).rejects.toMatchObject({ code: 'not-started' });
      writeFileSync(join(dataDir(), 'storage', 'segment'), 'messages');
    }
    expect(callsOf(folder).map((call) => call.includes('StorageTool'))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('runs with the memory that was asked for', async () => {
    await start({ broker: 'exit 1' }, { heapMb: 77 }).catch(() => undefined);
    expect(callsOf(folder).at(-1)).toMatch(/^-Xmx77m /);
  });

  it('touches no data that is not whole', async () => {
    mkdirSync(join(dataDir(), 'storage'), { recursive: true });
    writeFileSync(join(dataDir(), 'storage', 'segment'), 'messages');
    await expect(start()).rejects.toMatchObject({ code: 'data-incomplete' });
    expect(readdirSync(join(dataDir(), 'storage'))).toEqual(['segment']);
  });

  it.each([
    ['no Java', { javaHome: '/nowhere' }, 'java-missing'],
    ['no Maven', { mavenCommand: '/nowhere/mvn' }, 'maven-missing'],
  ] as const)('makes no data folder where there is %s', async (_what, options, code) => {
    await expect(start({}, options)).rejects.toMatchObject({ code });
    expect(existsSync(dataDir())).toBe(false);
  });
});
