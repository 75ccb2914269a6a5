import { PassThrough } from 'node:stream';
import { bufferedText } from '#testing';
import type { ParkedAccount } from '../diff/table-snapshot.js';
import type { CommandContext } from './command-context.js';
import { warnOfDamagedStreams, warnOfParkedAccounts } from './warnings.js';

function linesOf(warn: (context: CommandContext) => void): string[] {
  const err = new PassThrough();
  warn({ terminal: { out: new PassThrough(), err } } as unknown as CommandContext);
  return bufferedText(err).split('\n').slice(0, -1);
}

describe('warnOfDamagedStreams', () => {
  const warned = (count: number): string[] =>
    linesOf((context) =>
      warnOfDamagedStreams(
        context,
        new Map(Array.from({ length: count }, (_, index) => [`points-${index}`, 'deleted'])),
      ),
    );

  it('writes nothing when no stream is damaged', () => {
    expect(warned(0)).toEqual([]);
  });

  it('names each damaged stream', () => {
    expect(warned(2)).toEqual(['DAMAGED points-0: deleted', 'DAMAGED points-1: deleted']);
  });

  it('names twenty streams and counts the others', () => {
    const lines = warned(25);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('… and 5 more accounts: see `audit verify`');
  });
});

describe('warnOfParkedAccounts', () => {
  const parked = (index: number): ParkedAccount => ({
    user: `user-${index}`,
    revision: index,
    code: 'failed-fold',
    since: '2030-01-01T00:00:00.000Z',
  });
  const warned = (count: number): string[] =>
    linesOf((context) =>
      warnOfParkedAccounts(
        context,
        Array.from({ length: count }, (_, index) => parked(index)),
      ),
    );

  it('names each parked account with the revision from which on it is left out', () => {
    expect(warned(1)).toEqual([
      'PARKED user-0 since 2030-01-01T00:00:00.000Z at revision 0: failed-fold',
    ]);
  });

  it('names twenty accounts and counts the others', () => {
    const lines = warned(21);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('… and 1 more: see `npm run projector -- parked`');
    expect(warned(20)).toHaveLength(20);
  });
});
