import { messageOf } from '../support/log.js';
import type { Clock } from '../support/clock.js';
import { onAbort, type Signals } from '../support/signals.js';
import { within } from '../support/within.js';
import { TokenSource, type TokenProvider } from './token-source.js';

export interface HttpOptions {
  /** The address of the API, such as `https://ledger.example`. */
  readonly url: string;
  readonly token: TokenProvider;
  /** How long one request may take. */
  readonly requestMsMax?: number;
  readonly fetch?: typeof fetch;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly untilMs: number;
  /** Each of them ends the wait. */
  readonly signals?: Signals;
}

/** No answer came: the API is away, or too slow. What was sent may have been carried out. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

const REQUEST_MS_MAX = 10_000;

/** Calls the API with a token, and once more with a new one where it is not accepted. */
export class HttpCaller {
  readonly #url: string;
  readonly #tokens: TokenSource;
  readonly #requestMsMax: number;
  readonly #fetch: typeof fetch;

  constructor(
    options: HttpOptions,
    private readonly clock: Clock,
  ) {
    this.#url = options.url.replace(/\/+$/, '');
    this.#tokens = new TokenSource(options.token, clock);
    this.#requestMsMax = options.requestMsMax ?? REQUEST_MS_MAX;
    this.#fetch = options.fetch ?? fetch;
  }

  /** Rejects with NoAnswerError. `isStream`: once the answer began, only its reader ends it. */
  async call(call: HttpCall, { isStream = false } = {}): Promise<Response> {
    const token = await this.#token(call, null);
    const response = await this.#send(call, token, isStream);
    if (response.status !== 401) return response;
    const renewed = await this.#token(call, token);
    if (renewed === token) return response;
    // The connection is free for the next request once its answer is read.
    await response.body?.cancel();
    return this.#send(call, renewed, isStream);
  }

  /** A provider that fails or hangs is like an API that does not answer: what was sent may be carried out. */
  async #token(call: HttpCall, rejected: string | null): Promise<string> {
    try {
      const token = this.#tokens.token(rejected);
      return await within(this.clock, this.#msMax(call), token, ...(call.signals ?? []));
    } catch (cause) {
      throw new NoAnswerError(`No token: ${messageOf(cause)}`, { cause });
    }
  }

  #msMax({ untilMs }: HttpCall): number {
    return Math.min(this.#requestMsMax, untilMs - this.clock.now());
  }

  async #send(call: HttpCall, token: string, isStream: boolean): Promise<Response> {
    const end = new AbortController();
    const ms = this.#msMax(call);
    const stopClock = this.clock.after(ms, () => end.abort(new Error(`no answer within ${ms} ms`)));
    const stopListening = onAbort(call.signals ?? [], (reason) => end.abort(reason));
    try {
      const response = await this.#fetch(this.#url + call.path, {
        method: call.method,
        headers: { ...call.headers, authorization: `Bearer ${token}` },
        // A redirected POST would lose its body.
        redirect: 'manual',
        signal: end.signal,
        ...(call.body !== undefined && { body: call.body }),
      });
      if (isStream && response.ok) return response;
      // The limit covers the body too.
      const body = await response.arrayBuffer();
      const { status, headers } = response;
      const isEmpty = body.byteLength === 0;
      return new Response(isEmpty ? null : body, { status, headers });
    } catch (cause) {
      throw new NoAnswerError(`No answer of ${this.#url}: ${messageOf(cause)}`, { cause });
    } finally {
      stopClock();
      stopListening();
    }
  }
}
