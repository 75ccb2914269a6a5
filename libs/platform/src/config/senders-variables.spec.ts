import { readConfiguration } from './configuration.js';
import { z } from 'zod';
import { SENDERS_VARIABLES, sendersFilePath } from './senders-variables.js';

const pathIn = (env: Record<string, string>): string | null =>
  sendersFilePath(readConfiguration(z.object(SENDERS_VARIABLES), env));

describe('who may send', () => {
  it('is said by a file, or it is anybody', () => {
    expect(pathIn({ SENDERS_FILE: '/etc/senders.json' })).toBe('/etc/senders.json');
    expect(pathIn({ SENDERS: 'anybody' })).toBeNull();
    expect(pathIn({ SENDERS: 'anybody', SENDERS_FILE: '' })).toBeNull();
  });

  it.each([
    ['nothing is said', {}, /SENDERS_FILE: is not set.*SENDERS=anybody/],
    ['both are said', { SENDERS_FILE: '/x', SENDERS: 'anybody' }, /SENDERS: must be left out/],
    ['it is another word', { SENDERS: 'everybody' }, /SENDERS: must be "anybody"/],
  ])('stops the start where %s', (_, env, words) => {
    expect(() => pathIn(env)).toThrow(words);
  });
});
