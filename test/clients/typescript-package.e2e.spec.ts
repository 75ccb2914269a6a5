import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { freePort } from '#embedded';
import { eventually } from '#testing';
import {
  LedgerClient,
  LedgerReader,
  httpTransport,
  orThrow,
} from '../../clients/typescript/src/index.js';
import { RunningStack, type Ready } from '../product/running-stack.js';
import { PackedClient, type TypescriptProject } from './typescript-project.js';

// The client as it is published, used by projects that have nothing else of the ledger.

const SUBJECT = 'demo-service';
const NODE_TYPES = ['@types/node', 'undici-types'];
const POSTGRES = ['pg', '@types/pg', 'pg-protocol', 'pg-types'];
const NEST = ['common', 'core', 'platform-fastify'].map((name) => `@nestjs/${name}`);

describe('The package for TypeScript', () => {
  const client = new PackedClient();
  beforeAll(() => client.pack());
  afterAll(() => client.remove());

  const emptyProject = (name: string): Promise<TypescriptProject> =>
    client.project(name, { '.': 'test/clients/empty-project' }, [
      ...NODE_TYPES,
      ...POSTGRES,
      'kafkajs',
    ]);

  it('is installed from its file, and typed strictly', async () => {
    const project = await emptyProject('with-fake');
    expect(project.installed.filter((file) => !file.startsWith('dist/')).sort()).toEqual([
      'README.md',
      'dist',
      'package.json',
    ]);
    expect(project.installed.filter((file) => /spec|\.test\./.test(file))).toEqual([]);
    await project.compile('tsconfig.build.json');
    expect(JSON.parse(await project.run('out/with-fake.js'))).toEqual([
      'InsufficientPoints',
      70,
      true,
      '/shop',
    ]);
  });

  it('has documentation that is made from its code', async () => {
    expect(await client.docs()).toEqual(
      expect.arrayContaining(['index.LedgerClient.html', 'outbox.OutboxRelay.html']),
    );
  });

  describe('against the product', () => {
    const stack = new RunningStack();
    let ready: Ready;

    beforeAll(async () => {
      ready = await stack.start({ DEMO: 'off' });
    });

    afterAll(async () => {
      expect(await stack.stop()).toBe(0);
      stack.remove();
    });

    it('sends, holds, publishes and reads, and leaves nothing that keeps the process alive', async () => {
      const project = await emptyProject('with-stack');
      await project.compile('tsconfig.build.json');
      const STACK = JSON.stringify({
        ...{ api: ready.api, kafka: ready.kafka, token: ready.tokens.service, subject: SUBJECT },
        ...{ database: stack.addresses().migration, schema: 'project' },
      });
      // 70 points are there when one more is refused, and 63 at last. The rows: a recharge, a hold, what of it
      // came back, and a consumption; all of them are heard live, too.
      expect(JSON.parse(await project.run('out/with-stack.js', { STACK }))).toEqual({
        kafka: [70, 63, 4, 4],
        http: [70, 63, 4, 4],
        outbox: 30,
      });
    });

    describe('the example in Nest', () => {
      let port: number;
      let app: ChildProcess;

      beforeAll(async () => {
        const files = Object.fromEntries(
          ['src', 'package.json', 'tsconfig.build.json'].map((name) => [
            name,
            `examples/nest/${name}`,
          ]),
        );
        const modules = [...NODE_TYPES, ...NEST, 'kafkajs', 'reflect-metadata', 'rxjs'];
        const example = await client.project('example', files, modules);
        await example.compile('tsconfig.build.json');
        port = await freePort();
        app = spawn(process.execPath, ['dist/main.js'], {
          cwd: example.folder,
          stdio: ['ignore', 'ignore', 'inherit'],
          env: { ...process.env, NODE_OPTIONS: '', DATA_DIR: stack.dataDir, PORT: String(port) },
        });
        await eventually(async () => expect((await get('videos/none')).status).toBe(404), 60_000);
      });

      afterAll(() => stop());

      async function stop(): Promise<void> {
        if (app.exitCode !== null || app.signalCode !== null) return;
        app.kill('SIGTERM');
        await once(app, 'close');
      }

      const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}/${path}`);

      async function post(path: string, text: string, task_id: string) {
        const response = await fetch(`http://127.0.0.1:${port}/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ task_id, text }),
        });
        const body = (await response.json()) as { points?: number; balance?: number };
        return { status: response.status, ...body };
      }

      it('charges five businesses what they should cost, and returns what was not made', async () => {
        const connection = { url: ready.api, token: ready.tokens.service };
        const reader = new LedgerReader(connection);
        await using billing = new LedgerClient({
          transport: httpTransport({ ...connection, subject: SUBJECT }),
        });
        const user_id = randomUUID();
        orThrow(await billing.recharge({ user_id, points: 1_000, expires_at: null }));
        const spent = async () => {
          const { outcome } = orThrow(await billing.expire({ user_id }));
          const min_position = outcome.position ?? '';
          const { balance, held, owed } = await reader.balance(user_id, { min_position });
          return { balance, held, owed };
        };
        const path = (name: string): string => `users/${user_id}/${name}`;

        for (const [business, left] of [
          ['script', 995],
          ['polish', 992],
          ['voice_clone', 942],
        ] as const) {
          expect(await post(path(`calls/${business}`), 'a cat', 'task-1')).toMatchObject({
            status: 200,
            balance: left,
          });
        }
        const again = await post(path('calls/script'), 'a cat', 'task-1');
        expect(again).toMatchObject({ status: 200, points: 5 });
        expect((await post(path('calls/unknown'), '', 'task-1')).status).toBe(400);

        const dubbed = await post(path('dubbing'), 'x'.repeat(100), 'task-2');
        expect(dubbed).toMatchObject({ status: 200, points: 40, balance: 902 });
        expect((await post(path('dubbing'), 'x'.repeat(10_000), 'task-3')).status).toBe(402);

        const finished = async (job: string): Promise<Readonly<Record<string, unknown>>> => {
          let video: Readonly<Record<string, unknown>> = {};
          await eventually(async () => {
            video = (await (await get(`videos/${job}`)).json()) as typeof video;
            expect(video['status']).not.toBe('running');
          }, 60_000);
          return video;
        };
        expect((await post(path('videos'), 'fail', 'task-4')).status).toBe(202);
        expect(await finished('task-4')).toMatchObject({ status: 'failed', points: 0 });
        await post(path('videos'), 'a cat in the rain', 'task-5');
        // A video fails now and then.
        const made = await finished('task-5');
        const left = 902 - (made['status'] === 'done' ? 67 : 0);
        await eventually(async () =>
          expect(await spent()).toEqual({ balance: left, held: 0, owed: 0 }),
        );

        const clicks = await Promise.all(
          [1, 2, 3].map(() => post(path('videos'), 'a film', 'task-6')),
        );
        expect(clicks.map(({ status }) => status)).toEqual([202, 202, 202]);
        expect(await spent()).toMatchObject({ held: 600 });
        // Stopping the service cancels the video that is being made.
        await stop();
        expect(await spent()).toEqual({ balance: left, held: 0, owed: 0 });
      });
    });
  });
});
