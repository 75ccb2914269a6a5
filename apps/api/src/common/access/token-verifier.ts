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
import { Problem, unauthorized, tokenExpired } from '../problems/problem.js';
import { ROLES, type Caller, type Role } from './caller.js';

export interface TokenVerifierOptions {
  /** The only accepted algorithm, whatever the header of a token names. */
  readonly algorithm: string;
  readonly keys:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'public key'; readonly pem: string }
    | { readonly kind: 'key set'; readonly url: string };
  readonly issuer?: string;
  readonly audience?: string;
}

export const TOKEN_VERIFIER = Symbol('TokenVerifier');

export interface TokenVerifier {
  /** Rejects with a Problem: 401, or 503 when the keys can't be loaded. */
  verify(token: string): Promise<Caller>;
}

/** The source of a command is "api:" and the subject; it has at most 128 characters. */
const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,124}$/u;
const KEY_SET_TIMEOUT_MS = 3_000;
const CLOCK_SKEW_SECONDS_MAX = 5;

export async function createTokenVerifier(
  options: TokenVerifierOptions,
  timeOfDay: () => number,
): Promise<TokenVerifier> {
  const key = await loadKey(options);
  const baseOptions: JWTVerifyOptions = {
    algorithms: [options.algorithm],
    requiredClaims: ['sub', 'exp'],
    clockTolerance: CLOCK_SKEW_SECONDS_MAX,
    ...(options.issuer !== undefined && { issuer: options.issuer }),
    ...(options.audience !== undefined && { audience: options.audience }),
  };
  return {
    async verify(token) {
      const options = { ...baseOptions, currentDate: new Date(timeOfDay()) };
      return callerFromClaims(await verifyPayload(token, key, options));
    },
  };
}

type Key = CryptoKey | Uint8Array | JWTVerifyGetKey;

async function loadKey({ algorithm, keys }: TokenVerifierOptions): Promise<Key> {
  switch (keys.kind) {
    case 'secret':
      return new TextEncoder().encode(keys.secret);
    case 'public key':
      return importSPKI(keys.pem, algorithm);
    case 'key set':
      return createRemoteJWKSet(new URL(keys.url), { timeoutDuration: KEY_SET_TIMEOUT_MS });
  }
}

async function verifyPayload(
  token: string,
  key: Key,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    const verified =
      typeof key === 'function'
        ? await jwtVerify(token, key, options)
        : await jwtVerify(token, key, options);
    return verified.payload;
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) throw tokenExpired({ cause });
    if (isTokenError(cause)) throw unauthorized('The token is not valid.', { cause });
    throw keysUnavailable(cause);
  }
}

const keysUnavailable = (cause: unknown): Problem =>
  new Problem(
    {
      status: 503,
      name: 'keys-away',
      title: 'Service unavailable',
      detail: 'The keys that verify tokens cannot be loaded.',
      retryAfterSeconds: 2,
      isReportable: true,
    },
    { cause },
  );

/** Every other error concerns the key set, whose URL does not answer, or answers without keys. */
function isTokenError(cause: unknown): boolean {
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

/** The signature of a token does not guarantee the types of its claims. */
interface Claims {
  readonly sub?: unknown;
  /** jose has checked the expiry. */
  readonly exp?: number | undefined;
  readonly roles?: unknown;
}

function callerFromClaims({ sub, exp, roles }: Claims): Caller {
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) {
    throw unauthorized('The token has no usable subject.');
  }
  const named: readonly unknown[] = Array.isArray(roles) ? roles : [];
  return {
    subject: sub,
    roles: ROLES.filter((role: Role) => named.includes(role)),
    expiresAtMs: (exp ?? 0) * 1000,
  };
}
