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
import { failureOf, type Answer } from './failure.js';

type Schema<T> = Parameters<typeof parseWith<T>>[0];
type Params = Readonly<Record<string, string>>;

export interface LedgerApiTerms {
  readonly token: string;
  readonly fetch: typeof fetch;
  /** The token is not taken any more: whatever was asked. */
  readonly expired: () => void;
}

/** Everything the page asks, of one user. What comes back is parsed here, and typed from here on. */
export class LedgerApi {
  constructor(
    private readonly terms: LedgerApiTerms,
    readonly userId: string,
  ) {}

  balance(signal: AbortSignal): Promise<Answer<AccountBalance>> {
    return this.#ask('balance', {}, accountBalance, signal);
  }

  batches(signal: AbortSignal): Promise<Answer<AccountBatches>> {
    return this.#ask('batches', {}, accountBatches, signal);
  }

  usage(params: Params, signal: AbortSignal): Promise<Answer<UsageByDayAndSourceType>> {
    const grouped: Params = { ...params, group_by: 'day,source_type' };
    return this.#ask('usage', grouped, usageByDayAndSourceType, signal);
  }

  transactions(params: Params, signal: AbortSignal): Promise<Answer<TransactionsPage>> {
    return this.#ask('transactions', params, transactionsPage, signal);
  }

  story(row: string, signal: AbortSignal): Promise<Answer<TransactionStory>> {
    return this.#ask(`transactions/${row}`, {}, transactionStory, signal);
  }

  events(params: Params, signal: AbortSignal): Promise<Answer<EventsPage>> {
    return this.#ask('events', params, eventsPage, signal);
  }

  /** null: as it is now. */
  state(revision: number | null, signal: AbortSignal): Promise<Answer<AccountState>> {
    const params: Params = revision === null ? {} : { revision: String(revision) };
    return this.#ask('state', params, accountState, signal);
  }

  async csv(params: Params, signal: AbortSignal): Promise<Answer<Blob>> {
    const answer = await this.#get('transactions.csv', params, signal);
    return answer.ok ? cutOff(() => answer.value.blob()) : answer;
  }

  /** New rows as they come; `after` is the id of a row, or of the last event that was seen. */
  rowStream(after: string, signal: AbortSignal): Promise<Answer<Response>> {
    return this.#get('transactions/stream', {}, signal, { 'last-event-id': after });
  }

  async #ask<T>(path: string, params: Params, schema: Schema<T>, signal: AbortSignal) {
    const answer = await this.#get(path, params, signal);
    if (!answer.ok) return answer;
    const text = await cutOff(() => answer.value.text());
    if (!text.ok) return text;
    const parsed = parseWith(schema, jsonIn(text.value));
    return parsed.ok ? parsed : broken(`${path}: ${formatFieldErrors(parsed.errors)}`);
  }

  async #get(
    path: string,
    params: Params,
    signal: AbortSignal,
    headers: Params = {},
  ): Promise<Answer<Response>> {
    const search = new URLSearchParams(params).toString();
    const url = `/v1/users/${this.userId}/${path}${search === '' ? '' : `?${search}`}`;
    const authorization = `Bearer ${this.terms.token}`;
    const init: RequestInit = { signal, cache: 'no-store', headers: { ...headers, authorization } };
    const response = await cutOff(() => this.terms.fetch(url, init));
    if (!response.ok || response.value.ok) return response;
    const failure = await failureOf(response.value);
    if (failure.kind === 'expired') this.terms.expired();
    return { ok: false, failure };
  }
}

const broken = (detail: string): Answer<never> => ({
  ok: false,
  failure: { kind: 'broken', detail },
});

/** undefined, which no schema takes: it is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A network that fails throws. So does an abort, and then nobody looks at the answer. */
async function cutOff<T>(read: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await read() };
  } catch {
    return { ok: false, failure: { kind: 'away', retryMs: null } };
  }
}
