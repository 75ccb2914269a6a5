import fc from 'fast-check';
import { findDuplicateField } from './duplicate-field.js';

describe('the first duplicate field of a JSON object', () => {
  it.each([
    ['{"points":1,"points":1000}', 'points'],
    ['{"points":1,"po\\u0069nts":1000}', 'points'],
    ['{"a":{"b":1},"c":[{"d":1,"e":2,"d":3}]}', 'd'],
    ['{ "" : 1 , "" : 2 }', ''],
    ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
    ['[[],{"a":[1,2],"b":"a","a":1}]', 'a'],
  ])('is found in %s', (json, name) => {
    expect(JSON.parse(json)).toBeDefined();
    expect(findDuplicateField(json)).toBe(name);
  });

  it.each([
    '{"a":"a","b":["b","b"],"c":{"a":1,"b":2}}',
    '[{"a":1},{"a":2}]',
    '{"a":"\\"a\\":1,\\"a\\":2","\\\\":1}',
    '"a"',
    '{}',
  ])('is absent from %s', (json) => {
    expect(findDuplicateField(json)).toBeNull();
  });

  it('is absent from what JSON.stringify writes, and found once a field is duplicated', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.jsonValue(), (value, name, other) => {
        const [said, quoted] = [JSON.stringify(value), JSON.stringify(name)];
        expect(findDuplicateField(said)).toBeNull();
        expect(findDuplicateField(`{${quoted}:${said},${quoted}:${JSON.stringify(other)}}`)).toBe(
          name,
        );
      }),
    );
  });
});
