import { PassThrough } from 'node:stream';
import { jest } from '@jest/globals';
import { bufferedText } from '#testing';
import { Progress, print, type Terminal } from './terminal.js';

function terminalOf(
  isTTY: boolean,
  highWaterMark = 1_000,
): Terminal & { readonly text: () => string } {
  const out = new PassThrough({ highWaterMark });
  const err = Object.assign(new PassThrough(), { isTTY });
  return { out, err, text: () => bufferedText(err) };
}

describe('The output', () => {
  it('waits for a slow reader', async () => {
    const terminal = terminalOf(true, 4);
    const out = terminal.out as PassThrough;
    let isPrinted = false;
    const printing = print(terminal, '12345678').then(() => (isPrinted = true));
    await new Promise(setImmediate);
    expect(isPrinted).toBe(false);
    expect(bufferedText(out)).toBe('12345678');
    await printing;
    expect(isPrinted).toBe(true);
  });
});

describe('The progress of long work', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is overwritten on a terminal, and removed at the end', () => {
    const terminal = terminalOf(true);
    let read = 1;
    const progress = new Progress(terminal, () => `${read} read`);
    jest.advanceTimersByTime(500);
    read = 2;
    jest.advanceTimersByTime(500);
    progress.end();
    expect(terminal.text()).toBe('\r\u001b[K1 read\r\u001b[K2 read\r\u001b[K');
    jest.advanceTimersByTime(5_000);
    expect(terminal.text()).toBe('');
  });

  it('is a line at intervals in a log', () => {
    const terminal = terminalOf(false);
    const progress = new Progress(terminal, () => 'some read');
    jest.advanceTimersByTime(4_999);
    expect(terminal.text()).toBe('');
    jest.advanceTimersByTime(1);
    progress.end();
    expect(terminal.text()).toBe('some read\n');
  });

  it('is not shown for work that is done at once', () => {
    const terminal = terminalOf(true);
    new Progress(terminal, () => 'some read').end();
    expect(terminal.text()).toBe('');
  });
});
