import { jest } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { bufferedText } from '#testing';
import { Progress, progressLine } from './progress.js';
import { print } from './terminal.js';

function terminal(isTTY: boolean) {
  const err = Object.assign(new PassThrough(), { isTTY });
  return { out: new PassThrough(), err, written: () => bufferedText(err) };
}

describe('Progress', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('overwrites its line twice a second on a terminal', () => {
    const at = terminal(true);
    const progress = new Progress(at, 'events', () => 7);
    jest.advanceTimersByTime(1_000);
    progress.end();
    const reports = at.written().split('\r\x1b[K');
    expect(reports).toHaveLength(4);
    expect(reports[1]).toMatch(/^7 events, /);
    expect(reports[3]).toBe('');
  });

  it('writes a line every five seconds into a log', () => {
    const at = terminal(false);
    const progress = new Progress(at, 'events', () => 7);
    jest.advanceTimersByTime(11_000);
    progress.end();
    expect(at.written()).toMatch(/^7 events, [\d,]+\/s\n7 events, [\d,]+\/s\n$/);
  });

  it('reports how many there are in total, as soon as that is known', () => {
    const at = terminal(false);
    const progress = new Progress(at, 'accounts', () => 5);
    progress.setTotal(1_000);
    jest.advanceTimersByTime(5_000);
    progress.end();
    expect(at.written()).toMatch(/^5 of 1,000 accounts, 1\/s, 995 s left\n$/);
  });

  it('writes nothing for short work, nor after its end', () => {
    const at = terminal(true);
    const progress = new Progress(at, 'events', () => 7);
    jest.advanceTimersByTime(400);
    progress.end();
    progress.end();
    jest.advanceTimersByTime(10_000);
    expect(at.written()).toBe('');
  });
});

describe('progressLine', () => {
  it.each([
    [0, null, 0, '0 events, 0/s'],
    [1_234, null, 1, '1,234 events, 1,234/s'],
    [50_000, 200_000, 2, '50,000 of 200,000 events, 25,000/s, 6 s left'],
    [0, 100, 5, '0 of 100 events, 0/s'],
    [100, 100, 5, '100 of 100 events, 20/s, 0 s left'],
    [120, 100, 5, '120 of 100 events, 24/s, 0 s left'],
    [99, 100, 3, '99 of 100 events, 33/s, 1 s left'],
  ])('reports %d of %s after %d seconds', (done, total, seconds, line) => {
    expect(progressLine('events', done, total, seconds)).toBe(line);
  });
});

describe('print', () => {
  const LARGE = 'x'.repeat(2 * 1024 * 1024);

  it('does not wait while the reader keeps up', () => {
    const stream = new PassThrough();
    expect(print(stream, 'text')).toBeUndefined();
    expect(bufferedText(stream)).toBe('text');
  });

  it('waits while a slow reader has not taken what was written', async () => {
    const stream = new PassThrough();
    const waiting = print(stream, LARGE);
    expect(waiting).toBeInstanceOf(Promise);
    stream.resume();
    await waiting;
    expect(stream.writableLength).toBe(0);
  });

  it('fails with the stream', async () => {
    const stream = new PassThrough();
    stream.on('error', () => {});
    const waiting = print(stream, LARGE);
    stream.destroy(new Error('the disk is full'));
    await expect(waiting).rejects.toThrow('the disk is full');
  });
});
