import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { LEDGER_VARIABLES, SENDERS_VARIABLES } from '#platform';
import { list, onOff, port, wholeNumber } from '#platform/process';
import type { TokenVerifierOptions } from './common/access/token-verifier.js';
import type { ApiOptions } from './common/options/api-options.js';
import type { HttpOptions } from './create-api.js';

const SECRET_CHARS_MIN = 32;
const ALGORITHMS = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const rateVariable = (standard: string) =>
  wholeNumber({ min: 1, max: 1_000_000 }).prefault(standard);

/** Origins as browsers send them: scheme, host and a port that is not the default, without a path. */
const originList = list().superRefine((named, context) => {
  for (const origin of named) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    context.addIssue({
      code: 'custom',
      message:
        'must be a comma-separated list of origins such as https://app.example.com, without paths and without *',
    });
  }
});

export const API_VARIABLES = z
  .object({
    ...LEDGER_VARIABLES,
    ...SENDERS_VARIABLES,
    JWT_ALGORITHM: z
      .enum(ALGORITHMS, { error: `must be one of ${ALGORITHMS.join(', ')}` })
      .default('HS256'),
    /** The secret of an HS algorithm, or a public key in PEM, in which \n stands for a line break. */
    JWT_KEY: z.string().default(''),
    /** The URL of a JSON Web Key Set, as an alternative to JWT_KEY. */
    JWT_JWKS_URL: z.union([z.literal(''), z.url({ error: 'must be a URL' })]).default(''),
    /** The expected issuer, which is not checked when it is empty. */
    JWT_ISSUER: z.string().default(''),
    JWT_AUDIENCE: z.string().default(''),
    /** The key that signs page cursors. It is the same for all instances. */
    CURSOR_KEY: z.string().min(SECRET_CHARS_MIN, {
      error: `must have at least ${SECRET_CHARS_MIN} characters`,
    }),
    RATE_USER_PER_SECOND: rateVariable('20'),
    RATE_SERVICE_PER_SECOND: rateVariable('2000'),
    STREAMS_MAX: wholeNumber({ min: 1, max: 100_000 }).prefault('500'),
    /** Whether X-Forwarded-For is trusted: only behind a proxy that sets it. */
    BEHIND_PROXY: onOff().prefault('off'),
    /** Other origins whose pages may call the API from a browser. */
    CORS_ORIGINS: originList.prefault(''),
    /** The port of metrics and health details; the public port then serves neither. */
    METRICS_PORT: z.union([z.literal('').transform(() => null), port()]).default(null),
    METRICS_HOST: z.string().min(1).default('127.0.0.1'),
    /** The folder of the built page. No page is served when it does not exist. */
    WEB_FOLDER: z.string().min(1).default('dist/apps/web'),
  })
  .superRefine(({ JWT_ALGORITHM: algorithm, JWT_KEY: key, JWT_JWKS_URL: url }, context) => {
    const fault = jwtKeyFault(algorithm, key, url);
    if (fault !== null) context.addIssue({ code: 'custom', path: [fault[0]], message: fault[1] });
  });

export type ApiVariables = z.output<typeof API_VARIABLES>;

function jwtKeyFault(algorithm: string, key: string, url: string): [string, string] | null {
  const isSecret = algorithm.startsWith('HS');
  if ((key === '') === (url === '')) return ['JWT_KEY', 'either this or JWT_JWKS_URL must be set'];
  if (isSecret && url !== '') return ['JWT_JWKS_URL', `has no keys of ${algorithm}`];
  if (isSecret && key.length < SECRET_CHARS_MIN) {
    return ['JWT_KEY', `must have at least ${SECRET_CHARS_MIN} characters`];
  }
  return null;
}

export function tokenVerifierOptions(variables: ApiVariables): TokenVerifierOptions {
  const { JWT_ALGORITHM: algorithm, JWT_KEY: key, JWT_JWKS_URL: url } = variables;
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = variables;
  return {
    algorithm,
    keys: verificationKeys(algorithm, key, url),
    ...(issuer !== '' && { issuer }),
    ...(audience !== '' && { audience }),
  };
}

function verificationKeys(
  algorithm: string,
  key: string,
  url: string,
): TokenVerifierOptions['keys'] {
  if (url !== '') return { kind: 'key set', url };
  if (algorithm.startsWith('HS')) return { kind: 'secret', secret: key };
  return { kind: 'public key', pem: key.replaceAll('\\n', '\n') };
}

const ANONYMOUS_RATE_PER_SECOND = 5;
const SUBJECT_STREAMS_MAX = 8;
const CHANGES_POLL_MS = 200;
const HEARTBEAT_MS = 15_000;
const POSITION_WAIT_MS_MAX = 2_000;

export function apiOptions(variables: ApiVariables): ApiOptions {
  return {
    cursorKey: variables.CURSOR_KEY,
    rates: {
      userPerSecond: variables.RATE_USER_PER_SECOND,
      servicePerSecond: variables.RATE_SERVICE_PER_SECOND,
      anonymousPerSecond: ANONYMOUS_RATE_PER_SECOND,
    },
    streams: {
      streamsMax: variables.STREAMS_MAX,
      subjectStreamsMax: SUBJECT_STREAMS_MAX,
      pollMs: CHANGES_POLL_MS,
      heartbeatMs: HEARTBEAT_MS,
    },
    positionWaitMsMax: POSITION_WAIT_MS_MAX,
    hasMetricsPort: variables.METRICS_PORT !== null,
  };
}

/** The page is served where it was built. */
export function httpOptions(variables: ApiVariables): HttpOptions {
  const folder = resolve(variables.WEB_FOLDER);
  return {
    isBehindProxy: variables.BEHIND_PROXY,
    corsOrigins: variables.CORS_ORIGINS,
    pageFolder: existsSync(join(folder, 'index.html')) ? folder : null,
  };
}
