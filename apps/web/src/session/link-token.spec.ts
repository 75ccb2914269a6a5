import { parseLinkToken } from './link-token.js';

describe('the fragment of a link', () => {
  it('brings a token, and whose page is meant', () => {
    expect(parseLinkToken('#token=a.b.c&user=u-1')).toEqual({ token: 'a.b.c', user: 'u-1' });
    expect(parseLinkToken('#token=a.b.c')).toEqual({ token: 'a.b.c', user: null });
  });

  it.each(['', '#', '#token=', '#user=u-1', '#statement'])(
    'brings nothing when it is %p',
    (text) => {
      expect(parseLinkToken(text)).toBeNull();
    },
  );
});
