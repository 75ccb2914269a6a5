import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What the issue that brought the settings and rules 2 added first. */
const FIRST_OF_RULES_2 = 'test/vectors/rules-2';

/** The apps of an earlier commit, built from its own sources with the packages of this one. */
export class EarlierBuild {
  readonly folder = mkdtempSync(join(tmpdir(), 'points-ledger-earlier-'));

  /** Without a commit, the last one that knew neither settings nor rules 2. */
  constructor(readonly commit: string = commitBeforeSettings()) {}

  build(): void {
    const archive = join(this.folder, 'sources.tar');
    git('archive', '--output', archive, this.commit);
    execFileSync('tar', ['-xf', archive, '-C', this.folder]);
    rmSync(archive);
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
    const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
    execFileSync(process.execPath, [nest, 'build'], {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function commitBeforeSettings(): string {
  const added = git('log', '--diff-filter=A', '--format=%H', '--', FIRST_OF_RULES_2);
  const first = added.trim().split('\n').at(-1);
  if (!first) throw new Error(`no commit added ${FIRST_OF_RULES_2}: name one by --before`);
  return git('rev-parse', `${first}^`).trim();
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' });
