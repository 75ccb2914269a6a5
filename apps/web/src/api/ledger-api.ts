import {
  accountBalance,
  accountBatches,
  accountState,
  eventsPage,
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
import { catchNetworkError, type ApiClient, type Params, type Schema } from './api-client.js';
import type { ApiResult } from './failure.js';

/** All requests of the page for one user. */
export class LedgerApi {
  constructor(
    private readonly client: ApiClient,
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
    const result = await this.client.get(this.#pathOf('transactions.csv'), { params, signal });
    return result.ok ? catchNetworkError(() => result.value.blob()) : result;
  }

  /** Streams new rows; `after` is the id of a row, or of the last event received. */
  rowStream(after: string, signal: AbortSignal): Promise<ApiResult<Response>> {
    const headers = { 'last-event-id': after };
    return this.client.get(this.#pathOf('transactions/stream'), { headers, signal });
  }

  #getParsed<T>(path: string, params: Params, schema: Schema<T>, signal: AbortSignal) {
    return this.client.getParsed(this.#pathOf(path), schema, { params, signal });
  }

  #pathOf = (path: string): string => `users/${this.userId}/${path}`;
}
