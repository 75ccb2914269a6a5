import { parseLinkToken } from './link-token.js';

describe('the fragment of a link', () => {
  it('contains a token and optionally a user', () => {
    expect(parseLinkToken('#token=a.b.c&user=u-1')).toEqual({ token: 'a.b.c', user: 'u-1' });
    expect(parseLinkToken('#token=a.b.c')).toEqual({ token: 'a.b.c', user: null });
  });

  it.each(['', '#', '#token=', '#user=u-1', '#statement'])(
    'contains no token when it is %p',
    (text) => {
      expect(parseLinkToken(text)).toBeNull();
    },
  );
});
