import {
  accountBalance,
  accountBatches,
  accountState,
  eventsPage,
  formatFieldErrors,
  parseWith,
  transactionStory,
  transactionsPage,
  usageByDayAndSourceType,
  type AccountBalance,
  type AccountBatches,
  type AccountState,
  type EventsPage,
  type TransactionStory,
  type TransactionsPage,
  type UsageByDayAndSourceType,
} from '#contracts';
import { failureFrom, type ApiResult } from './failure.js';
import { parseJson } from './json.js';

type Schema<T> = Parameters<typeof parseWith<T>>[0];
type Params = Readonly<Record<string, string>>;

export interface LedgerApiOptions {
  readonly token: string;
  readonly fetch: typeof fetch;
  /** Called when the API rejects the token, whatever was requested. */
  readonly onUnauthorized: () => void;
}

/** All requests of the page, for one user. Answers are validated here, and typed from here on. */
export class LedgerApi {
  constructor(
    private readonly options: LedgerApiOptions,
    readonly userId: string,
  ) {}

  balance(signal: AbortSignal): Promise<ApiResult<AccountBalance>> {
    return this.#getParsed('balance', {}, accountBalance, signal);
  }

  batches(signal: AbortSignal): Promise<ApiResult<AccountBatches>> {
    return this.#getParsed('batches', {}, accountBatches, signal);
  }

  usage(params: Params, signal: AbortSignal): Promise<ApiResult<UsageByDayAndSourceType>> {
    const grouped: Params = { ...params, group_by: 'day,source_type' };
    return this.#getParsed('usage', grouped, usageByDayAndSourceType, signal);
  }

  transactions(params: Params, signal: AbortSignal): Promise<ApiResult<TransactionsPage>> {
    return this.#getParsed('transactions', params, transactionsPage, signal);
  }

  story(row: string, signal: AbortSignal): Promise<ApiResult<TransactionStory>> {
    return this.#getParsed(`transactions/${row}`, {}, transactionStory, signal);
  }

  events(params: Params, signal: AbortSignal): Promise<ApiResult<EventsPage>> {
    return this.#getParsed('events', params, eventsPage, signal);
  }

  /** The state at a revision, or the current one for null. */
  state(revision: number | null, signal: AbortSignal): Promise<ApiResult<AccountState>> {
    const params: Params = revision === null ? {} : { revision: String(revision) };
    return this.#getParsed('state', params, accountState, signal);
  }

  async csv(params: Params, signal: AbortSignal): Promise<ApiResult<Blob>> {
    const result = await this.#get('transactions.csv', params, signal);
    return result.ok ? catchNetworkError(() => result.value.blob()) : result;
  }

  /** Streams new rows; `after` is the id of a row, or of the last event received. */
  rowStream(after: string, signal: AbortSignal): Promise<ApiResult<Response>> {
    return this.#get('transactions/stream', {}, signal, { 'last-event-id': after });
  }

  async #getParsed<T>(path: string, params: Params, schema: Schema<T>, signal: AbortSignal) {
    const result = await this.#get(path, params, signal);
    if (!result.ok) return result;
    const text = await catchNetworkError(() => result.value.text());
    if (!text.ok) return text;
    const parsed = parseWith(schema, parseJson(text.value));
    return parsed.ok ? parsed : unreadable(`${path}: ${formatFieldErrors(parsed.errors)}`);
  }

  async #get(
    path: string,
    params: Params,
    signal: AbortSignal,
    headers: Params = {},
  ): Promise<ApiResult<Response>> {
    const search = new URLSearchParams(params).toString();
    const url = `/v1/users/${this.userId}/${path}${search === '' ? '' : `?${search}`}`;
    const authorization = `Bearer ${this.options.token}`;
    const init: RequestInit = { signal, cache: 'no-store', headers: { ...headers, authorization } };
    const response = await catchNetworkError(() => this.options.fetch(url, init));
    if (!response.ok || response.value.ok) return response;
    const failure = await failureFrom(response.value);
    if (failure.kind === 'expired') this.options.onUnauthorized();
    return { ok: false, failure };
  }
}

const unreadable = (detail: string): ApiResult<never> => ({
  ok: false,
  failure: { kind: 'broken', detail },
});

/** fetch throws when the network fails, and on an abort, whose result is not used. */
async function catchNetworkError<T>(read: () => Promise<T>): Promise<ApiResult<T>> {
  try {
    return { ok: true, value: await read() };
  } catch {
    return { ok: false, failure: { kind: 'away', retryMs: null } };
  }
}
