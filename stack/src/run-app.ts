import { join } from 'node:path';
import { projectRoot, runCommand, type CommandOptions } from '#embedded';

/** Runs an app of commands to its end. Returns null, or what it wrote where it failed. */
export async function runApp(
  app: string,
  args: readonly string[],
  { env, ...options }: CommandOptions,
): Promise<string | null> {
  const entry = join(projectRoot(), 'dist', 'apps', app, 'src', 'main.js');
  const end = await runCommand(process.execPath, ['--enable-source-maps', entry, ...args], {
    ...options,
    env: { ...process.env, ...env },
  });
  if (end.kind === 'missing') return 'Node is missing';
  return end.code === 0 ? null : end.output.trim();
}
