import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, type CryptoKey, type KeyObject } from 'jose';
import { Problem } from '../problems/problem.js';
import {
  createTokenVerifier as verifierFor,
  type TokenVerifierOptions,
  type TokenVerifier,
} from './token-verifier.js';

const SECRET = 'a secret of at least thirty-two characters';
const tokenVerifier = (options: TokenVerifierOptions) => verifierFor(options, Date.now);
const secret = new TextEncoder().encode(SECRET);
const keys = { kind: 'secret', secret: SECRET } as const;
const inAnHour = () => Math.floor(Date.now() / 1000) + 3_600;

function token(
  claims: Record<string, unknown>,
  key: KeyObject | CryptoKey | Uint8Array = secret,
  alg = 'HS256',
  kid?: string,
): Promise<string> {
  return new SignJWT({ sub: 'billing', roles: ['service'], exp: inAnHour(), ...claims })
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .sign(key);
}

async function statusOf(verifier: TokenVerifier, text: string): Promise<number> {
  try {
    await verifier.verify(text);
    return 200;
  } catch (error) {
    return error instanceof Problem ? error.status : NaN;
  }
}

describe('the token verifier', () => {
  it('returns the subject, its known roles and the expiry', async () => {
    const verifier = await tokenVerifier({ algorithm: 'HS256', keys });
    const exp = inAnHour();
    const caller = await verifier.verify(
      await token({ roles: ['auditor', 'god', 7, 'user'], exp }),
    );
    expect(caller).toEqual({
      subject: 'billing',
      roles: ['user', 'auditor'],
      expiresAtMs: exp * 1000,
    });
  });

  it.each([
    ['has expired', { exp: 1_000_000_000 }],
    ['never expires', { exp: undefined }],
    ['is not valid yet', { nbf: inAnHour() }],
    ['has no subject', { sub: undefined }],
    ['has an empty subject', { sub: '' }],
    ['has a list for a subject', { sub: ['billing'] }],
    ['has a list of lists for a subject', { sub: [['billing']] }],
    ['has a number for a subject', { sub: 7 }],
    ['has true for a subject', { sub: true }],
    ['has null for a subject', { sub: null }],
    ['has an object for a subject', { sub: { toString: 'billing' } }],
    ['has half of a surrogate pair in its subject', { sub: 'a\ud83d' }],
    ['has text for an expiry', { exp: '9999999999' }],
    ['has a subject with a control character', { sub: 'a\u0000b' }],
    ['has a subject too long to be a source of commands', { sub: 'x'.repeat(125) }],
  ])('rejects a token that %s', async (_, claims) => {
    const verifier = await tokenVerifier({ algorithm: 'HS256', keys });
    expect(await statusOf(verifier, await token(claims))).toBe(401);
  });

  it('distinguishes an expired token from an invalid one', async () => {
    const verifier = await tokenVerifier({ algorithm: 'HS256', keys });
    const expired = verifier.verify(await token({ exp: 1_000_000_000 }));
    await expect(expired).rejects.toMatchObject({ details: { name: 'token-expired' } });
    const broken = verifier.verify('a.b.c');
    await expect(broken).rejects.toMatchObject({ details: { name: 'not-authenticated' } });
  });

  it.each(['', 'abc', 'a.b.c', `${'x'.repeat(10_000)}`])('rejects %p', async (text) => {
    const verifier = await tokenVerifier({ algorithm: 'HS256', keys });
    expect(await statusOf(verifier, text)).toBe(401);
  });

  it('rejects another key, another algorithm, and the algorithm none', async () => {
    const verifier = await tokenVerifier({ algorithm: 'HS256', keys });
    const other = new TextEncoder().encode('another secret of thirty-two characters');
    const [, payload = ''] = (await token({})).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    expect(await statusOf(verifier, await token({}, other))).toBe(401);
    expect(await statusOf(verifier, await token({}, secret, 'HS512'))).toBe(401);
    expect(await statusOf(verifier, none)).toBe(401);
  });

  it('rejects a token that was signed with the public key as a secret', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const verifier = await tokenVerifier({
      algorithm: 'RS256',
      keys: { kind: 'public key', pem },
    });
    expect(await statusOf(verifier, await token({}, privateKey, 'RS256'))).toBe(200);
    expect(await statusOf(verifier, await token({}, new TextEncoder().encode(pem)))).toBe(401);
  });

  it('checks issuer and audience where they are configured', async () => {
    const verifier = await tokenVerifier({
      algorithm: 'HS256',
      keys,
      issuer: 'https://login.example',
      audience: 'points',
    });
    const good = { iss: 'https://login.example', aud: 'points' };
    expect(await statusOf(verifier, await token(good))).toBe(200);
    expect(await statusOf(verifier, await token({ ...good, iss: 'https://evil.example' }))).toBe(
      401,
    );
    expect(await statusOf(verifier, await token({ ...good, aud: 'else' }))).toBe(401);
    expect(await statusOf(verifier, await token({}))).toBe(401);
  });
});

describe('the token verifier with a remote key set', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  let server: Server;
  let answer: { readonly status: number; readonly body: string };
  let url: string;
  beforeAll(async () => {
    const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'EdDSA' }] };
    answer = { status: 200, body: JSON.stringify(keySet) };
    server = createServer((_, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const verifierOf = (at: string) =>
    tokenVerifier({ algorithm: 'EdDSA', keys: { kind: 'key set', url: at } });

  it('accepts only tokens that are signed with one of its keys', async () => {
    const verifier = await verifierOf(url);
    const stranger = generateKeyPairSync('ed25519').privateKey;
    expect(await statusOf(verifier, await token({}, privateKey, 'EdDSA', 'one'))).toBe(200);
    expect(await statusOf(verifier, await token({}, privateKey, 'EdDSA', 'two'))).toBe(401);
    expect(await statusOf(verifier, await token({}, stranger, 'EdDSA', 'one'))).toBe(401);
  });

  it('answers 503, not 401, while the key set is not available', async () => {
    const good = answer;
    const text = await token({}, privateKey, 'EdDSA', 'one');
    for (const bad of [
      { status: 500, body: '' },
      { status: 200, body: 'no keys' },
    ]) {
      answer = bad;
      expect(await statusOf(await verifierOf(url), text)).toBe(503);
    }
    answer = good;
    expect(await statusOf(await verifierOf('http://127.0.0.1:1/keys'), text)).toBe(503);
  });
});
