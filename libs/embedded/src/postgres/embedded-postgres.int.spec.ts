import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createLibraryLinks } from './binaries.js';
import { firstClosedFolder } from './user.js';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.js';

const running: EmbeddedPostgres[] = [];
const said: string[] = [];
let home: string;
let dataDir: string;

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const settings = { fsync: 'off', ...options.settings };
  const report = (line: string) => void said.push(line);
  const server = await startEmbeddedPostgres({ dataDir, report, ...options, settings });
  running.push(server);
  return server;
}

async function ask(server: EmbeddedPostgres, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows[0]?.['answer'];
  } finally {
    await client.end();
  }
}

/** The id of a process that has ended. */
const gonePid = () => execFileSync(process.execPath, ['-p', 'process.pid']).toString().trim();

beforeEach(async () => {
  said.length = 0;
  home = await mkdtemp(join(tmpdir(), 'points-ledger-pg-'));
  await chmod(home, 0o755);
  dataDir = join(home, 'data');
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  await rm(home, { recursive: true, force: true });
});

describe('the embedded Postgres', () => {
  it('starts where nothing is, stops, and finds its data and password again', async () => {
    const first = await start();
    await ask(first, 'create table kept as select 42 as answer');
    await first.stop();
    const second = await start();
    expect(await ask(second, 'select answer from kept')).toBe(42);
  });

  it('takes settings, listens on this machine only, and asks for a password', async () => {
    const server = await start({ settings: { work_mem: '7MB' } });
    expect(await ask(server, `select current_setting('work_mem') as answer`)).toBe('7MB');
    expect(await ask(server, `select current_setting('listen_addresses') as answer`)).toBe(
      '127.0.0.1',
    );
    const stranger = { ...server, url: server.url.replace(/:[^:@]+@/, ':guess@') };
    await expect(ask(stranger, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('comes back after SIGKILL with what was committed', async () => {
    const first = await start({ settings: { fsync: 'on' } });
    await ask(first, 'create table kept as select 7 as answer');
    first.kill('SIGKILL');
    await first.ended;
    expect(await ask(await start(), 'select answer from kept')).toBe(7);
  });

  it.each([
    ['a process that is gone', gonePid],
    ['a process that is no Postgres', () => String(process.pid)],
  ])('clears away the lock file of %s', async (_whose, pid) => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postmaster.pid'), `${pid()}\n${dataDir}\n`);
    expect(await ask(await start(), 'select 1 as answer')).toBe(1);
    expect(said.join()).toMatch(/lock file of process \d+, which is gone/);
  });

  it('stops a server that outlived its owner, and takes its place', async () => {
    const orphan = await start();
    await writeFile(join(dataDir, 'points-ledger.owner'), gonePid());
    const heir = await start();
    await orphan.ended;
    expect(await ask(heir, 'select 1 as answer')).toBe(1);
    expect(said.join()).toContain('outlived its owner');
  });

  it('leaves another Postgres alone that was given the number of an old one', async () => {
    const stranger = await start();
    dataDir = join(home, 'other');
    await (await start()).stop();
    await writeFile(join(dataDir, 'postmaster.pid'), `${stranger.pid}\n${dataDir}\n`);
    await writeFile(join(dataDir, 'points-ledger.owner'), gonePid());
    expect(await ask(await start(), 'select 2 as answer')).toBe(2);
    expect(await ask(stranger, 'select 1 as answer')).toBe(1);
  });

  it('leaves a server alone whose owner lives', async () => {
    const server = await start();
    await expect(start()).rejects.toThrow(
      `is in use by Postgres process ${server.pid}, started by process ${process.pid}: stop that one first`,
    );
    expect(await ask(server, 'select 1 as answer')).toBe(1);
  });

  it('throws away what an interrupted initdb left, and begins again', async () => {
    const unfinished = join(home, '.data.unfinished');
    await mkdir(join(unfinished, 'base'), { recursive: true });
    await writeFile(join(unfinished, 'PG_VERSION'), '18\n');
    expect(await ask(await start(), 'select 1 as answer')).toBe(1);
    expect(existsSync(unfinished)).toBe(false);
  });

  it.each([
    ['half-written by somebody else', 'PG_VERSION', '18\n'],
    ['no data of Postgres', 'letter.txt', 'dear'],
  ])('does not touch a directory that is %s', async (_what, file, text) => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, file), text);
    await expect(start()).rejects.toThrow(/is not a whole data directory of ours: move it away/);
    expect(await readFile(join(dataDir, file), 'utf8')).toBe(text);
  });

  it('says that its data directory is not whole when its mark was not written to the end', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'points-ledger.json'), '');
    await expect(start()).rejects.toThrow(/is not a whole data directory of ours: move it away/);
  });

  it('does not touch data of another major version', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toThrow(/holds data of Postgres 15, this is Postgres 18: dump/);
  });

  it('says that its port is taken', async () => {
    const listener = createServer();
    const port = await new Promise<number>((resolve) => {
      listener.listen(0, '127.0.0.1', () => {
        const address = listener.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const refused = start({ port }).finally(() => listener.close());
    await expect(refused).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
  });

  it('says what Postgres said when it does not start', async () => {
    await expect(start({ settings: { shared_buffers: 'much' } })).rejects.toThrow(
      /ended before it was ready[^]*shared_buffers/,
    );
  });

  it('starts below a directory that only its owner may enter', async () => {
    await chmod(home, 0o700);
    const server = await start();
    expect(await ask(server, 'select 1 as answer')).toBe(1);
    const isRoot = process.getuid?.() === 0;
    expect(server.dataDir === dataDir).toBe(!isRoot);
    expect(said.some((line) => line.includes(`data is kept in ${server.dataDir}`))).toBe(isRoot);
    await server.stop();
    if (isRoot) await rm(server.dataDir, { recursive: true });
  });
});

describe('what the embedded Postgres needs from its surroundings', () => {
  it('makes the links that an install script should have made', async () => {
    const lib = join(home, 'native', 'lib');
    await mkdir(lib, { recursive: true });
    await writeFile(join(lib, 'libpq.so.5.18'), 'library');
    await writeFile(
      join(home, 'native', 'pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
    );
    await expect(createLibraryLinks(home)).rejects.toThrow();
    const script = `import fs from 'fs'; fs.symlinkSync('libpq.so.5.18', 'native/lib/libpq.so.5');`;
    await mkdir(join(home, 'scripts'));
    await writeFile(join(home, 'package.json'), '{"type":"module"}');
    await writeFile(join(home, 'scripts', 'hydrate-symlinks.js'), script);
    await createLibraryLinks(home);
    expect((await lstat(join(lib, 'libpq.so.5'))).isSymbolicLink()).toBe(true);
  });

  it('names the directory that a user may not enter', async () => {
    const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 };
    const inner = join(home, 'inner');
    await mkdir(inner);
    expect(await firstClosedFolder(inner, stranger)).toBeNull();
    await chmod(home, 0o700);
    expect(await firstClosedFolder(inner, stranger)).toBe(home);
  });
});
