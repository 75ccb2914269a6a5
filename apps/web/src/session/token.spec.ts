import { mayAudit, mayReadAnyUser, ownUser, readToken } from './token.js';

const ALICE = '0a11ce00-0000-4000-8000-000000000001';

const tokenOf = (says: unknown): string =>
  ['{"alg":"HS256"}', JSON.stringify(says), 'seal']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

describe('a token', () => {
  it('says who the reader is, what they may do and until when', () => {
    const token = tokenOf({ sub: ALICE, roles: ['user'], exp: 1_900_000_000 });
    expect(readToken(token)).toEqual({
      token,
      subject: ALICE,
      roles: ['user'],
      expiresAtMs: 1_900_000_000_000,
    });
  });

  it('may be pasted with spaces and the word Bearer', () => {
    const token = tokenOf({ sub: 'x' });
    expect(readToken(`  Bearer ${token}\n`)?.token).toBe(token);
  });

  it('may name a subject in any script, and roles that nobody knows', () => {
    const session = readToken(tokenOf({ sub: '审计员', roles: ['auditor', 'king'] }));
    expect(session).toMatchObject({ subject: '审计员', roles: ['auditor'] });
  });

  it.each(['', 'abc', 'a.b.c', tokenOf({}), tokenOf(null), `${tokenOf({ sub: 'x' })}?`])(
    'is none when it is %p',
    (text) => expect(readToken(text)).toBeNull(),
  );

  it('offers a user their own page, and others any', () => {
    const user = readToken(tokenOf({ sub: ALICE.toUpperCase(), roles: ['user'] }));
    const auditor = readToken(tokenOf({ sub: 'eve', roles: ['auditor'] }));
    const service = readToken(tokenOf({ sub: 'billing', roles: ['service'] }));
    expect([user && ownUser(user), user && mayReadAnyUser(user)]).toEqual([ALICE, false]);
    expect([auditor && ownUser(auditor), auditor && mayAudit(auditor)]).toEqual([null, true]);
    expect([service && mayReadAnyUser(service), service && mayAudit(service)]).toEqual([
      true,
      false,
    ]);
  });
});
