import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The client as it is published: built, packed, and used by a project that has nothing else of the ledger.

const ROOT = join(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'clients/typescript');

const PROGRAM = `
import { LedgerClient, isInsufficientPoints, orThrow, type CommandResult } from '@points-ledger/client';
import { kafkaTransport } from '@points-ledger/client/kafka';
import { outboxMigration } from '@points-ledger/client/outbox';
import { FakeLedger } from '@points-ledger/client/testing';

const user_id = '0a11ce00-0000-4000-8000-000000000001';
const ledger = new FakeLedger();
await using client = new LedgerClient({ transport: ledger.transport('/shop') });
orThrow(await client.recharge({ user_id, points: 100, expires_at: null, source_id: 'order-1' }));
{
  await using hold = await client.hold({ user_id, points: 60, source_type: 'video', settle_within: 60 });
  await hold.settle({ points: 30 });
}
const result: CommandResult = await client.consume({ user_id, points: 71, source_type: 'script' });
if (!isInsufficientPoints(result)) throw new Error(result.status);
const code: 'InsufficientPoints' = result.code;
const kafka = kafkaTransport({ source: '/shop', kafka: { brokers: ['127.0.0.1:1'] } });
console.log(JSON.stringify([code, result.balance, outboxMigration().length > 100, kafka.source]));
`;

const CONFIG = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    skipLibCheck: false,
    types: ['node'],
    outDir: 'out',
  },
  include: ['program.ts'],
};

describe('The package for TypeScript', () => {
  const folder = mkdtempSync(join(tmpdir(), 'points-ledger-package-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const node = (script: string, args: readonly string[], cwd: string): string =>
    execFileSync(process.execPath, [script, ...args], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
  const tsc = (args: readonly string[], cwd: string): string =>
    node(join(ROOT, 'node_modules/typescript/bin/tsc'), args, cwd);

  it('is built, packed and used from an empty project, with strict types', () => {
    const dist = join(folder, 'package/dist');
    tsc(['-p', 'tsconfig.build.json', '--outDir', dist], SOURCE);
    for (const file of ['package.json', 'README.md']) {
      cpSync(join(SOURCE, file), join(folder, 'package', file));
    }
    const [packed = ''] = execFileSync('npm', ['pack', '--ignore-scripts', '--silent'], {
      cwd: join(folder, 'package'),
      encoding: 'utf8',
    }).split('\n');
    const project = join(folder, 'project');
    const own = join(project, 'node_modules/@points-ledger/client');
    mkdirSync(own, { recursive: true });
    const archive = join(folder, 'package', packed);
    execFileSync('tar', ['-xzf', archive, '--strip-components=1', '-C', own]);
    expect(readdirSync(own).sort()).toEqual(['README.md', 'dist', 'package.json']);
    expect(readdirSync(join(own, 'dist'))).not.toContain('spec-support');
    // What npm would install: the peer, and what the compiler needs.
    for (const name of ['kafkajs', '@types/node', 'undici-types']) {
      mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
    }
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(CONFIG));
    writeFileSync(join(project, 'program.ts'), PROGRAM);
    tsc(['-p', '.'], project);
    const said = node(join(project, 'out/program.js'), [], project);
    expect(JSON.parse(said)).toEqual(['InsufficientPoints', 70, true, '/shop']);
  }, 120_000);
});
