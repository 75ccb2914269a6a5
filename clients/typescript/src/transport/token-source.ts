import { parseJson } from '../protocol/outcome.js';
import type { Clock } from '../support/clock.js';

/** A token, or where tokens come from: called again when one expires, or is not accepted. */
export type TokenProvider = string | (() => string | Promise<string>);

/** A token is renewed that long before it expires, so that none expires on its way. */
const RENEW_MS_BEFORE = 30_000;
/** A provider that takes longer is asked again, so that one that hangs once is not waited for for ever. */
const FETCH_MS_MAX = 10_000;

/** Keeps a token until it expires. Calls at one time share one request for a new one. */
export class TokenSource {
  #current: { readonly token: string; readonly expiresAtMs: number } | null = null;
  #fetching: { readonly token: Promise<string>; readonly sinceMs: number } | null = null;

  constructor(
    private readonly provider: TokenProvider,
    private readonly clock: Clock,
  ) {}

  /** `rejected`: a token that was not accepted and is not returned again, unless there is no other. */
  async token(rejected: string | null = null): Promise<string> {
    const current = this.#current;
    const isFresh =
      current !== null &&
      current.token !== rejected &&
      current.expiresAtMs - RENEW_MS_BEFORE > this.clock.now();
    if (isFresh) return current.token;
    const nowMs = this.clock.now();
    if (this.#fetching !== null && nowMs - this.#fetching.sinceMs < FETCH_MS_MAX) {
      return this.#fetching.token;
    }
    const fetching = { token: this.#fetch(), sinceMs: nowMs };
    this.#fetching = fetching;
    const forget = (): void => {
      if (this.#fetching === fetching) this.#fetching = null;
    };
    fetching.token.then(forget, forget);
    return fetching.token;
  }

  async #fetch(): Promise<string> {
    const { provider } = this;
    const token = typeof provider === 'string' ? provider : await provider();
    this.#current = { token, expiresAtMs: expiryOf(token) };
    return token;
  }
}

/** Milliseconds since 1970, or never where the token does not tell. Only the ledger verifies it. */
function expiryOf(token: string): number {
  const payload = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const { exp } = (payload ?? {}) as { readonly exp?: unknown };
  return typeof exp === 'number' ? exp * 1_000 : Infinity;
}
