/** What the server's own reader refuses, be it JSON or not: then the whole of it counts for nothing. */
export class InvalidJson extends Error {
  override readonly name = 'InvalidJson';
}

/** A number as it is written: the server tells `2` from `2.0`, and takes no more than 64 bits. */
export class NumberToken {
  constructor(readonly text: string) {}
}

export type JsonValue =
  string | boolean | null | NumberToken | readonly JsonValue[] | ReadonlyMap<string, JsonValue>;

/** A string is left alone; a number becomes a marked string, so that no digit of it is lost. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARK = '\u0000number:';

export function parseJson(text: string): JsonValue {
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? token : JSON.stringify(MARK + token),
  );
  try {
    return fromParsed(JSON.parse(marked) as unknown);
  } catch (error) {
    throw new InvalidJson('not JSON', { cause: error });
  }
}

export function objectFrom(value: JsonValue): ReadonlyMap<string, JsonValue> {
  if (value instanceof Map) return value as ReadonlyMap<string, JsonValue>;
  throw new InvalidJson('no object');
}

const INT64_MAX = 2n ** 63n - 1n;

export function integerFrom(value: JsonValue): bigint {
  if (!(value instanceof NumberToken) || !/^-?\d+$/.test(value.text)) {
    throw new InvalidJson('no integer');
  }
  const integer = BigInt(value.text);
  if (integer > INT64_MAX || integer < -INT64_MAX - 1n) throw new InvalidJson('beyond 64 bits');
  return integer;
}

function fromParsed(value: unknown): JsonValue {
  if (typeof value === 'string') {
    return value.startsWith(MARK) ? new NumberToken(value.slice(MARK.length)) : value;
  }
  if (value === null || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(fromParsed);
  if (typeof value !== 'object') throw new InvalidJson('no JSON value');
  return new Map(Object.entries(value).map(([key, item]) => [key, fromParsed(item)]));
}
