import { eventually } from '#testing';
import { withFolder } from '../testing/fixtures.js';
import { launch, stop, type Launch, type Server } from './launch.js';

const READY = 'LOG:  database system is ready to accept connections';
const RUNS = `echo '${READY}' >&2; trap 'exit 0' INT; while :; do sleep 0.05; done`;

describe('the process of the embedded Postgres', () => {
  const folder = withFolder();
  const running: Server[] = [];
  afterEach(async () => {
    for (const server of running.splice(0)) {
      server.child.kill('SIGKILL');
      await server.ended;
    }
  });

  async function start(script: string, options: Partial<Launch> = {}): Promise<Server> {
    const server = await launch({
      program: folder.program('postgres', script),
      dataDir: folder.path,
      flags: { port: '5', fsync: 'off' },
      user: null,
      ...options,
    });
    running.push(server);
    return server;
  }

  it('is started with its settings in its data directory, and without our environment', async () => {
    await start(`echo "$@" > said; pwd >> said; env | grep -c '^HOME=' >> said; ${RUNS}`);
    expect(folder.read('said').trim().split('\n')).toEqual([
      `-D ${folder.path} -c port=5 -c fsync=off`,
      folder.path,
      '0',
    ]);
  });

  it('is in a process group of its own, so that a Ctrl-C in the terminal is not for it', async () => {
    const { child } = await start(RUNS);
    expect(() => process.kill(-(child.pid ?? 0), 0)).not.toThrow();
  });

  it('passes on what it logs, before it is ready and afterwards', async () => {
    const lines: string[] = [];
    await start(`echo before >&2; ${RUNS.replace('trap', 'echo after >&2; trap')}`, {
      log: (line) => void lines.push(line),
    });
    await eventually(() => expect(lines).toEqual(['before', READY, 'after']));
  });

  it('is quoted when it ends before it is ready: the last lines, and not all of a long one', async () => {
    const failed = start(
      `i=0; while [ $i -lt 60 ]; do echo "line $i" >&2; i=$((i+1)); done
       head -c 5000 /dev/zero | tr '\\0' x >&2; exit 1`,
    );
    const error: unknown = await failed.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'PostgresStartError' });
    const lines = (error as Error).message.split('\n');
    expect(lines[0]).toBe('Postgres ended before it was ready. It said:');
    expect(lines.slice(1)).toHaveLength(40);
    expect(lines[1]).toBe('line 21');
    expect(lines.at(-1)).toBe('x'.repeat(1_000));
  });

  it('says that its port is taken', async () => {
    const failed = start('echo "FATAL: could not bind: Address already in use" >&2; exit 1');
    await expect(failed).rejects.toThrow(
      'Port 5 on 127.0.0.1 is taken: stop what listens there, or name another port.',
    );
  });

  it.each([
    'pre-existing shared memory block is still in use',
    'lock file "postmaster.pid" already exists',
  ])('is started again while the one before it still ends: %s', async (line) => {
    const server = await start(
      `echo called >> calls; [ $(wc -l < calls) -lt 3 ] && { echo 'FATAL:  ${line}' >&2; exit 1; }; ${RUNS}`,
    );
    expect(folder.read('calls').trim().split('\n')).toHaveLength(3);
    expect(server.child.exitCode).toBeNull();
  });

  it('is not started again for another reason', async () => {
    await expect(start('echo called >> calls; exit 1')).rejects.toThrow('ended before');
    expect(folder.read('calls')).toBe('called\n');
  });

  it('is given up when its signal aborts, also while the one before it still ends', async () => {
    const stopping = new AbortController();
    const starting = start(
      `echo called >> calls; trap 'echo "lock file x already exists" >&2; exit 1' INT; while :; do sleep 0.05; done`,
      { signal: stopping.signal },
    );
    const refused = expect(starting).rejects.toThrow('ended before it was ready');
    await eventually(() => expect(folder.read('calls')).toBe('called\n'));
    stopping.abort();
    await refused;
    expect(folder.read('calls')).toBe('called\n');
  });

  it('is not ended by a signal that aborts when it is ready', async () => {
    const stopping = new AbortController();
    const { child } = await start(`${RUNS.replace('exit 0', 'echo interrupted > said; exit 0')}`, {
      signal: stopping.signal,
    });
    stopping.abort();
    child.kill('SIGTERM');
    await eventually(() => expect(child.signalCode).toBe('SIGTERM'));
  });

  it.each([
    ['in order', 'exit 0', 'exit code 0'],
    [
      'over something',
      'echo "2031 [7] FATAL:  the disk is full" >&2; exit 1',
      'exit code 1, the disk is full',
    ],
    [
      'over the last of several',
      'echo "PANIC: a" >&2; echo "FATAL: b" >&2; echo "LOG: c" >&2; exit 2',
      'exit code 2, b',
    ],
    ['without a reason', 'echo "WARNING: a" >&2; exit 3', 'exit code 3'],
    ['by a signal', 'echo "FATAL: a" >&2; kill -KILL $$', 'SIGKILL'],
  ])('says how it ended: %s', async (_how, script, said) => {
    const server = await start(`echo '${READY}' >&2; ${script}`);
    expect(await server.ended).toBe(said);
  });

  it('is stopped, also while it stands still', async () => {
    const server = await start(RUNS);
    server.child.kill('SIGSTOP');
    await stop(server);
    expect(await server.ended).toMatch(/^(exit code 0|SIGINT)$/);
  });

  it('cannot be started where there is no such program', async () => {
    const missing = { program: folder.in('nowhere') };
    await expect(start('', missing)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
