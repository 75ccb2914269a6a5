import { getEventListeners } from 'node:events';
import { eventually } from '#testing';
import { withFolder } from '../testing/fixtures.js';
import { runCommand, type CommandOptions } from './run-command.js';

const NEVER_MS = 600_000;

describe('a command', () => {
  const folder = withFolder();
  const run = (script: string, options: Partial<CommandOptions> = {}) =>
    runCommand('/bin/sh', ['-c', script], { msMax: NEVER_MS, ...options });

  it('ends with its exit code, and with what it said on both of its outputs', async () => {
    const end = await run('echo one; echo two >&2; exit 3');
    expect(end).toMatchObject({ kind: 'ended', code: 3 });
    expect(end.kind === 'ended' && end.output.split('\n').toSorted()).toEqual(['', 'one', 'two']);
  });

  it('is given its words as they are, and no shell sees them', async () => {
    const args = ['%s|', 'a b', '$HOME', ''];
    const end = await runCommand('printf', args, { msMax: NEVER_MS });
    expect(end).toEqual({ kind: 'ended', code: 0, output: 'a b|$HOME||' });
  });

  it('reads nothing from the terminal', async () => {
    expect(await run('cat')).toEqual({ kind: 'ended', code: 0, output: '' });
  });

  it('keeps the end of what it says, however much that is', async () => {
    const end = await run('head -c 100000 /dev/zero | tr "\\0" x; echo last');
    expect(end.kind === 'ended' && end.output.length).toBe(20_000);
    expect(end.kind === 'ended' && end.output.endsWith('xlast\n')).toBe(true);
  });

  it('is missing where there is no such program', async () => {
    const end = await runCommand(folder.in('nowhere'), [], { msMax: NEVER_MS });
    expect(end).toEqual({ kind: 'missing' });
  });

  it('rejects where the program may not be run', async () => {
    const program = folder.write('program', '#!/bin/sh\n');
    await expect(runCommand(program, [], { msMax: NEVER_MS })).rejects.toMatchObject({
      code: 'EACCES',
    });
  });

  it('has the environment that it is given, and else ours', async () => {
    const env = { PATH: process.env['PATH'], GREETING: 'hello' };
    expect(await run('echo "$GREETING$HOME"', { env })).toMatchObject({ output: 'hello\n' });
    expect(await run('echo "$PATH"')).toMatchObject({ output: `${process.env['PATH']}\n` });
  });

  it('is killed when it takes too long', async () => {
    expect(await run('echo begun; exec sleep 60', { msMax: 500 })).toEqual({
      kind: 'ended',
      code: null,
      output: 'begun\n',
    });
  });

  it('is killed when it says nothing for too long', async () => {
    const end = await run('exec sleep 60', { silenceMsMax: 200 });
    expect(end).toMatchObject({ kind: 'ended', code: null });
  });

  it('is killed when its signal aborts', async () => {
    const stopping = new AbortController();
    const ended = run(`: > '${folder.path}/begun'; exec sleep 60`, { signal: stopping.signal });
    await eventually(() => expect(folder.read('begun')).toBe(''));
    stopping.abort();
    expect(await ended).toMatchObject({ kind: 'ended', code: null });
  });

  it('is killed at once when its signal was aborted before', async () => {
    const end = await run('exec sleep 60', { signal: AbortSignal.abort() });
    expect(end).toMatchObject({ kind: 'ended', code: null });
  });

  it('leaves nothing behind on a signal that never aborts', async () => {
    const { signal } = new AbortController();
    await run('exit 0', { signal });
    await runCommand(folder.in('nowhere'), [], { msMax: NEVER_MS, signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
