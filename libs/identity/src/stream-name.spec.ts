import { accountStream, userOfStream } from './stream-name.js';

const USER = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';

describe('the stream of an account', () => {
  it('is named after the user', () => {
    expect(accountStream(USER)).toBe(`points-${USER}`);
    expect(userOfStream(accountStream(USER))).toBe(USER);
  });

  it.each([
    '',
    'points-',
    USER,
    `other-${USER}`,
    `points-${USER.toUpperCase()}`,
    `points-${USER} `,
    `points-${USER}\n`,
    `points-${USER.slice(1)}`,
    `points-${USER.replaceAll('-', '')}`,
    `$points-${USER}`,
    `points-raw-user-1`,
  ])('is not the stream %j', (stream) => {
    expect(userOfStream(stream)).toBeNull();
  });
});
