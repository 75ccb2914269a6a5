import type { HeaderValue, IncomingMessage } from '#kafka';
import { replaceControlCharacters } from './format-line.js';
import type { FoundLetter } from './read-letters.js';

const VALUE_BYTES_SHOWN_MAX = 64 * 1024;

/** A whole letter for people. Bytes that are not text are shown in hexadecimal. */
export function formatLetter({ letter, message }: FoundLetter): string {
  const lines = [
    `letter ${letter.id}, written at ${letter.buriedAt}`,
    `key    ${textOrHex(message.key)}`,
    ...headerLines(message).map(
      ([name, value]) => `header ${replaceControlCharacters(name)}: ${value}`,
    ),
    `value  ${message.value === null ? 'none' : `${message.value.length} bytes`}`,
    ...(message.value === null
      ? []
      : [textOrHex(message.value.subarray(0, VALUE_BYTES_SHOWN_MAX))]),
  ];
  return `${lines.join('\n')}\n`;
}

/** A complete letter for programs. */
export function letterToJson({ letter, message }: FoundLetter): Record<string, unknown> {
  return {
    ...letter,
    headers: headerPairs(message).map(([name, value]) => [
      name,
      Buffer.from(value).toString('base64'),
    ]),
    keyBase64: message.key?.toString('base64') ?? null,
    valueBase64: message.value?.toString('base64') ?? null,
  };
}

const headerLines = (message: IncomingMessage) =>
  headerPairs(message).map(([name, value]) => [name, textOrHex(Buffer.from(value))] as const);

function headerPairs({ headers }: IncomingMessage): (readonly [string, Buffer | string])[] {
  return Object.entries(headers).flatMap(([name, value]: [string, HeaderValue | undefined]) => {
    const values = Array.isArray(value) ? (value as readonly (Buffer | string)[]) : [value ?? ''];
    return values.map((one) => [name, one as Buffer | string] as const);
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOrHex(bytes: Buffer | null): string {
  if (bytes === null) return 'none';
  try {
    return replaceControlCharacters(utf8.decode(bytes));
  } catch {
    return `0x${bytes.toString('hex')}`;
  }
}
