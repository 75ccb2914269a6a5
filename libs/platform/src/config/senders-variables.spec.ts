import { readConfiguration } from './configuration.js';
import { z } from 'zod';
import { SENDERS_VARIABLES, sendersFilePath } from './senders-variables.js';

const pathIn = (env: Record<string, string>): string | null =>
  sendersFilePath(readConfiguration(z.object(SENDERS_VARIABLES), env));

describe('The configuration of senders', () => {
  it('names a file or accepts any sender', () => {
    expect(pathIn({ SENDERS_FILE: '/etc/senders.json' })).toBe('/etc/senders.json');
    expect(pathIn({ SENDERS: 'anybody' })).toBeNull();
    expect(pathIn({ SENDERS: 'anybody', SENDERS_FILE: '' })).toBeNull();
  });

  it.each([
    ['neither is set', {}, /SENDERS_FILE: is not set.*SENDERS=anybody/],
    ['both are set', { SENDERS_FILE: '/x', SENDERS: 'anybody' }, /SENDERS: must be left out/],
    ['the word is unknown', { SENDERS: 'any' }, /SENDERS: must be "anybody"/],
  ])('prevents the start when %s', (_, env, words) => {
    expect(() => pathIn(env)).toThrow(words);
  });
});
