import { eventually } from '#testing';
import { SupervisedServer, type RunningServer } from './supervised-server.js';

class TestServer implements RunningServer {
  #end!: (how: string) => void;
  readonly ended = new Promise<string>((resolve) => (this.#end = resolve));

  die(how: string): void {
    this.#end(how);
  }

  async stop(): Promise<void> {
    this.#end('exit code 0');
  }
}

describe('A supervised server', () => {
  const said: string[] = [];
  let servers: TestServer[];
  let refusals: string[];

  beforeEach(() => {
    said.length = 0;
    servers = [];
    refusals = [];
  });

  const supervise = () =>
    SupervisedServer.start(
      {
        name: 'Postgres',
        report: (line) => said.push(line),
        limits: { backoffMsMin: 1, backoffMsMax: 4 },
        start: async () => {
          const refusal = refusals.shift();
          if (refusal !== undefined) throw new Error(refusal);
          const server = new TestServer();
          servers.push(server);
          return server;
        },
      },
      new AbortController().signal,
    );

  it('is started again when it ends, and named', async () => {
    const supervised = await supervise();
    servers[0]?.die('SIGKILL');
    await eventually(() => expect(said).toHaveLength(2));
    expect(servers).toHaveLength(2);
    expect(said).toEqual([
      'Postgres ended (SIGKILL); it is started again in 1 ms',
      'Postgres runs again',
    ]);
    await supervised.stop();
  });

  it('is tried for as long as it cannot start, each time said with its reason', async () => {
    const supervised = await supervise();
    refusals = [
      'Port 5 is taken: stop what listens there.',
      'It said:\nLOG: x\nFATAL: disk full\nLOG: y',
    ];
    servers[0]?.die('exit code 1');
    await eventually(() => expect(servers).toHaveLength(2));
    expect(said.slice(1)).toEqual([
      'Postgres could not be started again and is tried later: Port 5 is taken: stop what listens there.',
      'Postgres could not be started again and is tried later: It said: FATAL: disk full',
      'Postgres runs again',
    ]);
    await supervised.stop();
  });

  it('that does not come up the first time is not supervised', async () => {
    refusals = ['no disk'];
    await expect(supervise()).rejects.toThrow('no disk');
    expect(said).toEqual([]);
  });

  it('ends without a word when it is stopped, and is not started again', async () => {
    const supervised = await supervise();
    await supervised.stop();
    expect(servers).toHaveLength(1);
    expect(said).toEqual([]);
  });

  it('is not waited for when it is stopped between two starts', async () => {
    const supervised = await supervise();
    refusals = Array.from({ length: 1_000 }, () => 'still no room');
    servers[0]?.die('exit code 1');
    await eventually(() => expect(said.length).toBeGreaterThan(3));
    await supervised.stop();
    expect(servers).toHaveLength(1);
  });
});
