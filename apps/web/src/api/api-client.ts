import { formatFieldErrors, parseWith } from '#contracts';
import { failureFrom, type ApiResult } from './failure.js';
import { parseJson } from './json.js';

export type Schema<T> = Parameters<typeof parseWith<T>>[0];
export type Params = Readonly<Record<string, string>>;

export interface ApiClientOptions {
  readonly token: string;
  readonly fetch: typeof fetch;
  /** Called when the API rejects the token, whatever was requested. */
  readonly onUnauthorized: () => void;
}

interface RequestOptions {
  readonly params?: Params;
  readonly headers?: Params;
  readonly signal: AbortSignal;
}

/** Requests with the reader's token. Answers are validated here, and typed from here on. */
export class ApiClient {
  constructor(private readonly options: ApiClientOptions) {}

  get(
    path: string,
    { params = {}, headers = {}, signal }: RequestOptions,
  ): Promise<ApiResult<Response>> {
    const search = new URLSearchParams(params).toString();
    const url = `/v1/${path}${search === '' ? '' : `?${search}`}`;
    return this.#fetch(url, { signal, cache: 'no-store', headers });
  }

  async getParsed<T>(
    path: string,
    schema: Schema<T>,
    options: RequestOptions,
  ): Promise<ApiResult<T>> {
    return parsed(path, schema, await this.get(path, options));
  }

  async postParsed<T>(
    path: string,
    body: unknown,
    schema: Schema<T>,
    signal: AbortSignal,
  ): Promise<ApiResult<T>> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body), signal };
    return parsed(path, schema, await this.#fetch(`/v1/${path}`, init));
  }

  async #fetch(url: string, init: RequestInit): Promise<ApiResult<Response>> {
    const authorization = `Bearer ${this.options.token}`;
    const headers = { ...(init.headers as Params), authorization };
    const response = await catchNetworkError(() => this.options.fetch(url, { ...init, headers }));
    if (!response.ok || response.value.ok) return response;
    const failure = await failureFrom(response.value);
    if (failure.kind === 'expired') this.options.onUnauthorized();
    return { ok: false, failure };
  }
}

async function parsed<T>(
  path: string,
  schema: Schema<T>,
  result: ApiResult<Response>,
): Promise<ApiResult<T>> {
  if (!result.ok) return result;
  const text = await catchNetworkError(() => result.value.text());
  if (!text.ok) return text;
  const value = parseWith(schema, parseJson(text.value));
  if (value.ok) return value;
  const detail = `${path}: ${formatFieldErrors(value.errors)}`;
  return { ok: false, failure: { kind: 'broken', detail } };
}

/** fetch throws when the network fails, and on an abort, whose result is not used. */
export async function catchNetworkError<T>(read: () => Promise<T>): Promise<ApiResult<T>> {
  try {
    return { ok: true, value: await read() };
  } catch {
    return { ok: false, failure: { kind: 'away', retryMs: null } };
  }
}
