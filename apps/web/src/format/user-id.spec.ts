import { parseUserId } from './user-id.js';

const ALICE = '0a11ce00-0000-4000-8000-000000000001';

describe('parseUserId', () => {
  it('accepts a UUID in any case and returns it in lower case', () => {
    expect(parseUserId(` ${ALICE.toUpperCase()} `)).toBe(ALICE);
  });

  it.each(['alice', '', ALICE.slice(1), `${ALICE}0`, ALICE.replaceAll('-', '')])(
    'rejects %p',
    (text) => expect(parseUserId(text)).toBeNull(),
  );
});
