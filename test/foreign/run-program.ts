import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { PYTHON_VARIABLE, openPython } from './python.mjs';

export interface ProgramEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly msMax: number;
  /** The working directory, for programs that leave files there. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The standard input of the program. */
  readonly input?: string;
}

/**
 * The interpreter of the virtual environment. Specs that need it are named `….python.e2e.spec.ts`,
 * and are left out rather than skipped when there is no Python.
 */
function pythonOfTests(): string {
  const prepared = process.env[PYTHON_VARIABLE];
  if (prepared) return prepared;
  const { python, missing } = openPython();
  if (missing !== undefined) throw new Error(missing);
  return python;
}

/** A program of a package in requirements.txt, such as `schemathesis`. */
export const programOfTests = (name: string): string => join(dirname(pythonOfTests()), name);

/** Runs a script of this folder. */
export const runPython = (
  script: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramEnd> =>
  runProgram(pythonOfTests(), [join(import.meta.dirname, script), ...args], options);

/** Runs a program to its end and kills it after `durationMsMax`. */
export function runProgram(
  program: string,
  args: readonly string[],
  { msMax, cwd, env = {}, input = '' }: ProgramOptions,
): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: msMax,
      cwd,
      killSignal: 'SIGKILL',
      env: { ...process.env, NODE_OPTIONS: '', PYTHONUNBUFFERED: '1', ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    // A program that ends without reading its input closes the pipe early.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
