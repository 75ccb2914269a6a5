import { mayAudit, mayPublish, mayReadAnyUser, ownUser, parseToken } from './token.js';

const ALICE = '0a11ce00-0000-4000-8000-000000000001';

const tokenOf = (claims: unknown): string =>
  ['{"alg":"HS256"}', JSON.stringify(claims), 'seal']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

describe('a token', () => {
  it('contains subject, roles and expiry', () => {
    const token = tokenOf({ sub: ALICE, roles: ['user'], exp: 1_900_000_000 });
    expect(parseToken(token)).toEqual({
      token,
      subject: ALICE,
      roles: ['user'],
      expiresAtMs: 1_900_000_000_000,
    });
  });

  it('may be pasted with spaces and the word Bearer', () => {
    const token = tokenOf({ sub: 'x' });
    expect(parseToken(`  Bearer ${token}\n`)?.token).toBe(token);
  });

  it('may have a subject in any script, and unknown roles are ignored', () => {
    const session = parseToken(tokenOf({ sub: '审计员', roles: ['auditor', 'king'] }));
    expect(session).toMatchObject({ subject: '审计员', roles: ['auditor'] });
  });

  it.each(['', 'abc', 'a.b.c', tokenOf({}), tokenOf(null), `${tokenOf({ sub: 'x' })}?`])(
    'is rejected when it is %p',
    (text) => expect(parseToken(text)).toBeNull(),
  );

  it('gives a user access to one account, and auditors and services to all', () => {
    const user = parseToken(tokenOf({ sub: ALICE.toUpperCase(), roles: ['user'] }));
    const auditor = parseToken(tokenOf({ sub: 'eve', roles: ['auditor'] }));
    const service = parseToken(tokenOf({ sub: 'billing', roles: ['service'] }));
    expect([user && ownUser(user), user && mayReadAnyUser(user)]).toEqual([ALICE, false]);
    expect([auditor && ownUser(auditor), auditor && mayAudit(auditor)]).toEqual([null, true]);
    const admin = parseToken(tokenOf({ sub: 'li.wei', roles: ['admin'] }));
    expect([admin && mayReadAnyUser(admin), admin && mayAudit(admin)]).toEqual([true, true]);
    expect([admin, auditor].map((session) => session && mayPublish(session))).toEqual([
      true,
      false,
    ]);
    expect([service && mayReadAnyUser(service), service && mayAudit(service)]).toEqual([
      true,
      false,
    ]);
  });
});
