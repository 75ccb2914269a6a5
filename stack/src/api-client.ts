import { readFile } from 'node:fs/promises';
import { ledgerApi, readyFile, readStackConfig } from './stack-config.js';

// Calls to the API of a ledger, for the command lines.

const ANSWER_MS_MAX = 30_000;

export interface LedgerApi {
  readonly url: string;
  readonly token: string;
}

export interface ApiContext {
  /** Throws where none is known. */
  readonly api: () => Promise<LedgerApi>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly fetch?: typeof fetch;
}

export interface ApiAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: unknown;
  /** It was answered before, and nothing happened now. */
  readonly isRepeated: boolean;
}

interface ApiRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON. */
  readonly body?: string;
}

export async function callApi(
  { api, fetch: request = fetch }: Pick<ApiContext, 'api' | 'fetch'>,
  { method, path, body }: ApiRequest,
): Promise<ApiAnswer> {
  const { url, token } = await api();
  const response = await request(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
    ...(body !== undefined && { body }),
  }).catch((cause: unknown) => {
    throw new Error(`The API at ${url} does not answer.`, { cause });
  });
  const text = await response.text();
  return {
    ok: response.ok,
    status: response.status,
    body: parsedAnswer(text, url),
    isRepeated: response.headers.get('idempotency-replayed') === 'true',
  };
}

function parsedAnswer(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`What answers at ${url} is not the API of a ledger.`, { cause });
  }
}

interface ProblemBody {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly reason: string }[];
}

/** Prints why, and returns the exit code: 1 where the request is refused, 2 where it is not answered. */
export function printRefusal(answer: ApiAnswer, { err }: Pick<ApiContext, 'err'>): 1 | 2 {
  err(`${describeRefusal(answer)}\n`);
  return [400, 409, 422].includes(answer.status) ? 1 : 2;
}

export function describeRefusal({ status, body }: ApiAnswer): string {
  const { title = `HTTP ${status}`, detail = '', errors } = body as ProblemBody;
  if (errors === undefined) return `${title}: ${detail}`;
  return `${title}:\n${errors.map(({ field, reason }) => `  ${field} ${reason}`).join('\n')}`;
}

/** The one that the environment names, or that of the stack that runs here, with its admin's token. */
export async function findApi(): Promise<LedgerApi> {
  const named = ledgerApi(process.env);
  if (named !== undefined) return named;
  const ready = await readFile(readyFile(readStackConfig(process.env).dataDir), 'utf8').catch(
    () => null,
  );
  const { api = null, tokens = {} } = JSON.parse(ready ?? '{}') as {
    readonly api?: string | null;
    readonly tokens?: { readonly admin?: string };
  };
  if (api === null || tokens.admin === undefined) {
    throw new Error(
      'No running stack with an API was found: run `npm start` first, or set LEDGER_API and LEDGER_TOKEN.',
    );
  }
  return { url: api, token: tokens.admin };
}
