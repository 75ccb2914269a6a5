import { eventually } from '#testing';
import { withFolder, withProcesses } from '../testing/fixtures.js';
import { exitOf, onOutput } from './child-process.js';

describe('the end of a child process', () => {
  const folder = withFolder();
  const start = withProcesses();

  it.each([
    ['exit 0', 'exit code 0'],
    ['exit 7', 'exit code 7'],
    ['kill -TERM $$', 'SIGTERM'],
  ])('of "%s" is named: %s', async (script, end) => {
    expect(await exitOf(start('/bin/sh', ['-c', script]))).toBe(end);
  });

  it('is the reason why it could not be started', async () => {
    const program = folder.in('nowhere');
    expect(await exitOf(start(program, []))).toBe(`spawn ${program} ENOENT`);
  });

  it('survives an error that comes later', async () => {
    const child = start('/bin/sh', ['-c', 'exit 0']);
    const end = exitOf(child);
    expect(await end).toBe('exit code 0');
    expect(() => child.emit('error', new Error('no such process'))).not.toThrow();
  });
});

describe('the output of a child process', () => {
  const start = withProcesses();

  it('is heard from both of its outputs', async () => {
    const heard: string[] = [];
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = start('/bin/sh', ['-c', 'echo one; echo two >&2'], { stdio: [...stdio] });
    onOutput(child, (chunk) => void heard.push(chunk.toString()));
    await eventually(() => expect(heard.toSorted()).toEqual(['one\n', 'two\n']));
  });

  it('is none where there is no pipe, and no error', async () => {
    const child = start('/bin/sh', ['-c', 'echo one']);
    onOutput(child, () => {
      throw new Error('nothing can be heard');
    });
    expect(await exitOf(child)).toBe('exit code 0');
  });

  it('may break without ending this process', () => {
    const child = start('/bin/sh', ['-c', 'exit 0'], { stdio: ['ignore', 'pipe', 'pipe'] });
    onOutput(child, () => undefined);
    expect(() => child.stdout?.emit('error', new Error('EPIPE'))).not.toThrow();
  });
});
