import { sourceTypeOnWire } from './words-on-wire.js';

describe('a business in an answer to a reader', () => {
  it('is one of rules 1', () => {
    expect(sourceTypeOnWire('tts')).toBe('tts');
    expect(() => sourceTypeOnWire('chat')).toThrow('no word for chat');
  });
});
