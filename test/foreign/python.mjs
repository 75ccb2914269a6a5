import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

// The tests with clients of other languages run in their own virtual environment. It is created
// once for each version of requirements.txt and kept below `.data`. The client for Python has one of its own.

const ROOT = join(import.meta.dirname, '../..');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** What the client for Python, its tests and its example need. */
export const CLIENT_PYTHON = {
  cacheDir: join(ROOT, '.data/python-client'),
  requirements: join(ROOT, 'clients/python/requirements-dev.txt'),
};
const VERSION_MIN = [3, 10];
const VERSION_MS_MAX = 30_000;
const INSTALL_MS_MAX = 10 * 60_000;

/** `npm test` sets it for Jest to the interpreter of the virtual environment, or to an empty text. */
export const PYTHON_VARIABLE = 'TEST_PYTHON';

const NOT_RUN = 'The tests with clients of other languages were not run, because';

/** The Python named by PYTHON=…, or else the one on the PATH, or undefined when none is new enough. */
export function findPython({ PYTHON } = process.env) {
  return (PYTHON ? [PYTHON] : ['python3', 'python']).find(isNewEnough);
}

function isNewEnough(python) {
  const program = 'import sys; print(sys.version_info.major, sys.version_info.minor)';
  const { status, stdout } = run(python, ['-c', program], VERSION_MS_MAX);
  if (status !== 0) return false;
  const [major, minor] = stdout.trim().split(' ').map(Number);
  return major > VERSION_MIN[0] || (major === VERSION_MIN[0] && minor >= VERSION_MIN[1]);
}

/** The interpreter of the virtual environment, or a sentence that explains why there is none. */
export function openPython({
  cacheDir = join(ROOT, '.data/python'),
  requirements = REQUIREMENTS,
  env = process.env,
} = {}) {
  const python = findPython(env);
  if (python === undefined) {
    return {
      missing: `${NOT_RUN} there is no Python ${VERSION_MIN.join('.')} or newer here: install the system packages \`python3\` and \`python3-venv\`, or set PYTHON=….`,
    };
  }
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const current = join(cacheDir, digest);
  const kept = interpreterNamedIn(current);
  if (kept !== null) return { python: kept };
  const folder = join(cacheDir, `${digest}-${process.pid}`);
  const trouble = makeVenv(python, folder, requirements);
  if (trouble !== null) {
    rmSync(folder, { recursive: true, force: true });
    return { missing: `${NOT_RUN} ${trouble}` };
  }
  writeFileSync(`${folder}.name`, folder);
  renameSync(`${folder}.name`, current);
  removeOthers(cacheDir, [digest, `${digest}-${process.pid}`]);
  return { python: interpreterOf(folder) };
}

const interpreterOf = (folder) => join(folder, 'bin', 'python');

/** A file beside the folder marks it as complete. */
function interpreterNamedIn(file) {
  if (!existsSync(file)) return null;
  const python = interpreterOf(readFileSync(file, 'utf8'));
  return existsSync(python) ? python : null;
}

function makeVenv(python, folder, requirements) {
  mkdirSync(dirname(folder), { recursive: true });
  const made = run(python, ['-m', 'venv', folder], INSTALL_MS_MAX);
  if (made.status !== 0) {
    return `\`${python} -m venv\` failed (install the system package \`python3-venv\`): ${lastLine(made)}`;
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const args = [...pip, '--require-hashes', '--only-binary', ':all:', '-r', requirements];
  const installed = run(interpreterOf(folder), args, INSTALL_MS_MAX);
  if (installed.status === 0) return null;
  return `pip could not install what ${relative(ROOT, requirements)} names: ${lastLine(installed)}`;
}

/** Removes folders of older requirements, and of installations that were interrupted. */
function removeOthers(cacheDir, keep) {
  for (const name of readdirSync(cacheDir)) {
    const pid = Number(name.split('-')[1] ?? NaN);
    if (keep.includes(name) || isAlive(pid)) continue;
    rmSync(join(cacheDir, name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    return Number.isInteger(pid) && process.kill(pid, 0);
  } catch {
    return false;
  }
}

const run = (program, args, timeout) =>
  spawnSync(program, args, {
    encoding: 'utf8',
    timeout,
    env: { ...process.env, NODE_OPTIONS: '' },
  });

const lastLine = ({ stderr, stdout, error }) =>
  error?.message ?? `${stdout}${stderr}`.trim().split('\n').at(-1);

// Run as a program, it creates the environment (with `client`: that of the client for Python) and prints its
// path, or fails with the reason.
if (process.argv[1] === import.meta.filename) {
  const { python, missing } = openPython(process.argv[2] === 'client' ? CLIENT_PYTHON : {});
  if (missing !== undefined) {
    console.error(missing);
    process.exitCode = 1;
  } else console.log(python);
}
