import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

// `npm run test:node-versions` runs the unit tests on the oldest Node that the ledger supports and on
// the newest one, whichever one npm itself runs on. Each is called by its path.

const ROOT = join(import.meta.dirname, '../..');
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');
const NODE_OPTIONS = '--experimental-vm-modules --disable-warning=ExperimentalWarning';

const pathOf = (which) =>
  join(
    import.meta.dirname,
    `node_modules/node-${which}-${process.platform}-${process.arch}/bin/node`,
  );

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (!['linux-x64', 'linux-arm64'].includes(`${process.platform}-${process.arch}`)) {
  console.error('The two versions of Node are available only for Linux on x64 and arm64.');
  process.exit(1);
}
run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: import.meta.dirname });
for (const which of ['oldest', 'newest']) {
  const node = pathOf(which);
  if (!existsSync(node)) throw new Error(`npm did not install ${node}`);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`\nThe unit tests on the ${which} Node, ${version}`);
  run(
    node,
    [JEST, '--selectProjects', 'unit', '--silent', '--maxWorkers=100%', ...process.argv.slice(2)],
    {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS },
    },
  );
}
