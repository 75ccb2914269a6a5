import { DEAD_LETTER_HEADERS } from '#contracts';
import { letterToJson, formatLetter } from './format-letter.js';
import { replaceControlCharacters, formatLine } from './format-line.js';
import { ADDED, BURIED_AT, USER, foundLetter } from './testing/found-letters.js';

/** All of U+0000 to U+00FF that a terminal obeys instead of showing it. */
const CONTROLS = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code)).filter(
  (_, code) => code < 0x20 || (code >= 0x7f && code < 0xa0),
);

describe('Text from messages', () => {
  it('has a question mark for each control character, and is otherwise unchanged', () => {
    expect(CONTROLS).toHaveLength(65);
    for (const control of CONTROLS) expect(replaceControlCharacters(`a${control}b`)).toBe('a?b');
    const others = ' ~ éñ 积分 \u{1f600} \ud800 ';
    expect(replaceControlCharacters(others)).toBe(others);
  });

  it('can’t move the cursor from any field of a line', () => {
    const evil = 'x\u001b[2J\u009b2J\r\nfake';
    const headers = Object.fromEntries(Object.keys(ADDED).map((name) => [name, evil]));
    const line = formatLine(foundLetter(headers, { key: Buffer.from(evil) }));
    expect(line.endsWith('\n')).toBe(true);
    for (const control of CONTROLS) expect(line.slice(0, -1)).not.toContain(control);
  });
});

describe('The line of a dead letter', () => {
  it('contains its position, time, reason, origin, user and error', () => {
    expect(formatLine(foundLetter())).toBe(
      `1/42  ${BURIED_AT}  Invalid  3/17  ${USER}  points must be a whole number\n`,
    );
  });

  it('contains the offsets of a whole message batch, and a dash when there is no key', () => {
    const batch = foundLetter({ [DEAD_LETTER_HEADERS.lastOffset]: '19' }, { key: null });
    expect(formatLine(batch)).toContain('3/17-19  -  ');
  });

  it('truncates a long detail, and marks it', () => {
    const detail = (length: number) => ({ [DEAD_LETTER_HEADERS.detail]: 'd'.repeat(length) });
    expect(formatLine(foundLetter(detail(100)))).toContain(`  ${'d'.repeat(100)}\n`);
    expect(formatLine(foundLetter(detail(101)))).toContain(`  ${'d'.repeat(100)}…\n`);
  });
});

describe('A whole dead letter', () => {
  it('is shown as text, or in hexadecimal digits when it is not text', () => {
    const page = formatLetter(
      foundLetter({ trace: ['a', Buffer.from([0xff])] }, { value: Buffer.from([0xc3, 0x28]) }),
    );
    expect(page).toContain('header ce_id: order-1\n');
    expect(page).toContain('header trace: a\nheader trace: 0xff\n');
    expect(page).toContain('value  2 bytes\n0xc328\n');
    expect(formatLetter(foundLetter({}, { value: null, key: null }))).toContain('key    none\n');
  });

  it('is complete in the JSON for programs', () => {
    const value = Buffer.from([0, 0xff]);
    expect(letterToJson(foundLetter({ trace: ['a', 'b'] }, { value }))).toMatchObject({
      id: '1/42',
      valueBase64: value.toString('base64'),
      keyBase64: Buffer.from(USER).toString('base64'),
      headers: expect.arrayContaining([
        ['trace', Buffer.from('a').toString('base64')],
        ['trace', Buffer.from('b').toString('base64')],
      ]) as unknown,
    });
  });
});
