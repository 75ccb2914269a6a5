import type { z } from 'zod';
import { json, list, onOff, port, wholeNumber } from './variable-types.js';

const faultOf = (schema: z.ZodType, text: unknown): string | null => {
  const parsed = schema.safeParse(text);
  return parsed.success ? null : (parsed.error.issues[0]?.message ?? '');
};

describe('A whole number', () => {
  const schema = wholeNumber({ min: -5, max: 100 });

  it.each([
    ['0', 0],
    ['-5', -5],
    ['100', 100],
    ['007', 7],
  ])('is parsed from %j', (text, value) => {
    expect(schema.parse(text)).toBe(value);
  });

  it.each(['', ' 1', '1 ', '+1', '1.0', '1e2', '0x1', '-6', '101', '９', '12345678901234567'])(
    'is not %j',
    (text) => {
      expect(faultOf(schema, text)).toBe('must be a whole number from -5 to 100');
    },
  );
});

describe('A port', () => {
  it('is a whole number from 0 to 65535', () => {
    expect([port().parse('0'), port().parse('65535')]).toEqual([0, 65_535]);
    expect(faultOf(port(), '65536')).toBe('must be a whole number from 0 to 65535');
  });
});

describe('A list', () => {
  it.each([
    ['', []],
    [' , ,', []],
    ['a', ['a']],
    ['a, b ,,c', ['a', 'b', 'c']],
  ])('is parsed from %j', (text, names) => {
    expect(list().parse(text)).toEqual(names);
  });
});

describe('A switch', () => {
  it('is on or off', () => {
    expect([onOff().parse('on'), onOff().parse('off')]).toEqual([true, false]);
    for (const text of ['ON', 'true', '1', '']) {
      expect(faultOf(onOff(), text)).toBe('must be "on" or "off"');
    }
  });
});

describe('JSON', () => {
  it('is parsed', () => {
    expect(json().parse('{"a":[1,null]}')).toEqual({ a: [1, null] });
  });

  it.each(['', '{', "{'a':1}", 'undefined'])('is not %j', (text) => {
    expect(faultOf(json(), text)).toBe('must be JSON');
  });
});
