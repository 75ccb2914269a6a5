import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../apps/import/src/main.js', import.meta.url));
const KIB = 1_024;

/** Told by the process itself when it ends, of its whole life. */
const TELL_MEMORY = `data:text/javascript,process.on('exit',()=>process.stderr.write('rss '+process.resourceUsage().maxRSS+'\\n'))`;

export interface Ended<T> {
  readonly found: T;
  readonly rssMb: number;
}

/** Runs a command line of the importer as a process of its own. What it says of its progress is passed on. */
export async function runImporter<T>(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ended<T>> {
  const flags = ['--enable-source-maps', `--import=${TELL_MEMORY}`];
  const child = spawn(process.execPath, [...flags, PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    if (!text.startsWith('rss ')) process.stderr.write(text);
  });
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`import ${args.join(' ')} ended with ${status}:\n${out}${err}`);
  const rss = /^rss (\d+)$/m.exec(err)?.[1];
  return {
    found: (args.includes('--json') ? JSON.parse(out) : out) as T,
    rssMb: Math.round(Number(rss) / KIB),
  };
}
