import { answerCodeOnWire, commandTypeOnWire, sourceTypeOnWire } from './words-on-wire.js';

describe('the words of rules 1', () => {
  it('are those on the wire', () => {
    expect(commandTypeOnWire('SettleConsumption')).toBe('SettleConsumption');
    expect(sourceTypeOnWire('tts')).toBe('tts');
    expect(answerCodeOnWire('TooLate')).toBe('TooLate');
    expect(answerCodeOnWire('TooManyOpen')).toBe('TooManyOpen');
  });
});

describe('a word of rules 2', () => {
  it('has no place on the wire', () => {
    expect(() => commandTypeOnWire('ReverseRecharge')).toThrow('no word for ReverseRecharge');
    expect(() => sourceTypeOnWire('chat')).toThrow('no word for chat');
    expect(() => answerCodeOnWire('TooManySlices')).toThrow('no word for TooManySlices');
  });
});
