import {
  createRemoteJWKSet,
  errors,
  importSPKI,
  jwtVerify,
  type CryptoKey,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import { Problem, noToken, tokenExpired } from '../problems/problem.js';
import { ROLES, type Caller, type Role } from './caller.js';

export interface TokenTerms {
  /** The one algorithm that is taken, whatever a token says of itself. */
  readonly algorithm: string;
  readonly keys:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'public key'; readonly pem: string }
    | { readonly kind: 'key set'; readonly url: string };
  readonly issuer?: string;
  readonly audience?: string;
}

export interface TokenVerifier {
  /** Rejects with a Problem: 401, or 503 where the keys can't be had. */
  verify(token: string): Promise<Caller>;
}

/** "api:" and the subject are the source of a command, which has 128 characters. */
const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,124}$/u;
const KEY_SET_WAIT_MS_MAX = 3_000;
const CLOCKS_APART_SECONDS_MAX = 5;

export async function tokenVerifier(
  terms: TokenTerms,
  timeOfDay: () => number,
): Promise<TokenVerifier> {
  const key = await keyOf(terms);
  const always: JWTVerifyOptions = {
    algorithms: [terms.algorithm],
    requiredClaims: ['sub', 'exp'],
    clockTolerance: CLOCKS_APART_SECONDS_MAX,
    ...(terms.issuer !== undefined && { issuer: terms.issuer }),
    ...(terms.audience !== undefined && { audience: terms.audience }),
  };
  return {
    async verify(token) {
      const options = { ...always, currentDate: new Date(timeOfDay()) };
      return callerIn(await payloadOf(token, key, options));
    },
  };
}

type Key = CryptoKey | Uint8Array | JWTVerifyGetKey;

async function keyOf({ algorithm, keys }: TokenTerms): Promise<Key> {
  switch (keys.kind) {
    case 'secret':
      return new TextEncoder().encode(keys.secret);
    case 'public key':
      return importSPKI(keys.pem, algorithm);
    case 'key set':
      return createRemoteJWKSet(new URL(keys.url), { timeoutDuration: KEY_SET_WAIT_MS_MAX });
  }
}

async function payloadOf(token: string, key: Key, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    const verified =
      typeof key === 'function'
        ? await jwtVerify(token, key, options)
        : await jwtVerify(token, key, options);
    return verified.payload;
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) throw tokenExpired({ cause });
    if (isAboutTheToken(cause)) throw noToken('The token is not valid.', { cause });
    throw keysAway(cause);
  }
}

const keysAway = (cause: unknown): Problem =>
  new Problem(
    {
      status: 503,
      name: 'keys-away',
      title: 'Not now',
      detail: 'The keys that tokens are checked with can not be had.',
      retryAfterSeconds: 2,
      isTrouble: true,
    },
    { cause },
  );

/** Everything else is about the key set: its address does not answer, or not with keys. */
function isAboutTheToken(cause: unknown): boolean {
  return (
    cause instanceof errors.JWTClaimValidationFailed ||
    cause instanceof errors.JWTInvalid ||
    cause instanceof errors.JWSInvalid ||
    cause instanceof errors.JWSSignatureVerificationFailed ||
    cause instanceof errors.JOSEAlgNotAllowed ||
    cause instanceof errors.JOSENotSupported ||
    cause instanceof errors.JWKSNoMatchingKey ||
    cause instanceof errors.JWKSMultipleMatchingKeys
  );
}

/** The types of a payload are what it ought to be: whoever signed it may have put anything there. */
interface Claims {
  readonly sub?: unknown;
  /** jose has seen to it. */
  readonly exp?: number | undefined;
  readonly roles?: unknown;
}

function callerIn({ sub, exp, roles }: Claims): Caller {
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) {
    throw noToken('The token has no usable subject.');
  }
  const named: readonly unknown[] = Array.isArray(roles) ? roles : [];
  return {
    subject: sub,
    roles: ROLES.filter((role: Role) => named.includes(role)),
    expiresAtMs: (exp ?? 0) * 1000,
  };
}
