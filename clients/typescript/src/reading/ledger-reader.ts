import type { Time } from '../protocol/command-data.js';
import { parseOutcome, type Outcome } from '../protocol/outcome.js';
import { SYSTEM_CLOCK, type Clock } from '../support/clock.js';
import { SILENT, type Log } from '../support/log.js';
import { HttpCaller, type HttpOptions } from '../transport/http-call.js';
import {
  toBalance,
  toBatch,
  toStory,
  toTransaction,
  type Balance,
  type Batch,
  type Quote,
  type Story,
  type Transaction,
  type UsageItem,
} from './answers.js';
import { liveRows, type LiveEvent, type LiveOptions } from './live-rows.js';
import { ReadError } from './read-error.js';
import { readJson, type ReadContext, type ReadOptions, type ReadRequest } from './read-json.js';

export interface LedgerReaderOptions extends HttpOptions {
  /** How long a read waits for its answer, where it does not say. */
  readonly timeoutMs?: number;
  readonly log?: Log;
  readonly clock?: Clock;
}

interface AtLeast {
  /** The `position` of an outcome: read one's own write. */
  readonly min_position?: string | undefined;
}

export interface TransactionFilters extends AtLeast {
  readonly type?: Transaction['type'];
  readonly source_type?: string;
  /** A task or an order. */
  readonly source_id?: string;
  /** Inclusive. */
  readonly from?: Time;
  /** Exclusive. */
  readonly to?: Time;
  /** Rows of one page; at most 100. */
  readonly limit?: number;
}

export interface UsageFilters extends AtLeast {
  readonly from?: Time;
  readonly to?: Time;
  readonly group_by?: 'day' | 'source_type' | 'day,source_type';
  /** An IANA time zone. */
  readonly tz?: string;
}

export interface QuoteRequest {
  readonly source_type: string;
  readonly quantity?: number | null;
  readonly duration?: number | null;
  readonly user_id?: string | null;
}

export interface OutcomeName {
  readonly user_id: string;
  readonly command_source: string;
  readonly command_id: string;
}

const TIMEOUT_MS = 10_000;
const PAGE_MAX = 100;

type Json = Readonly<Record<string, unknown>>;

/** Reads accounts over HTTP. It keeps no connection open beside those of fetch. */
export class LedgerReader {
  readonly #context: ReadContext;
  readonly #log: Log;

  constructor(options: LedgerReaderOptions) {
    const { clock = SYSTEM_CLOCK, timeoutMs = TIMEOUT_MS } = options;
    this.#context = { http: new HttpCaller(options, clock), clock, timeoutMs };
    this.#log = options.log ?? SILENT;
  }

  /** The rows of the statement, newest first, page by page as they are asked for. */
  async *transactions(
    userId: string,
    filters: TransactionFilters = {},
    options?: ReadOptions,
  ): AsyncGenerator<Transaction, void, undefined> {
    for await (const page of this.pages(userId, filters, options)) yield* page;
  }

  async *pages(
    userId: string,
    filters: TransactionFilters = {},
    options?: ReadOptions,
  ): AsyncGenerator<readonly Transaction[], void, undefined> {
    let cursor: string | null | undefined;
    do {
      const query = { limit: PAGE_MAX, ...filters, cursor: cursor ?? undefined };
      const page = await this.#get({ path: `${ofUser(userId)}/transactions`, query }, options);
      yield (page['items'] as readonly Json[]).map(toTransaction);
      cursor = page['next_cursor'] as string | null;
    } while (cursor !== null);
  }

  /** As recorded, or with `at` as it was at a time. */
  async balance(
    userId: string,
    query: AtLeast & { readonly at?: Time } = {},
    options?: ReadOptions,
  ): Promise<Balance> {
    return toBalance(await this.#get({ path: `${ofUser(userId)}/balance`, query }, options));
  }

  /** Those with points left, in the order in which they will be drawn. */
  async batches(
    userId: string,
    query: AtLeast = {},
    options?: ReadOptions,
  ): Promise<readonly Batch[]> {
    const { items } = await this.#get({ path: `${ofUser(userId)}/batches`, query }, options);
    return (items as readonly Json[]).map(toBatch);
  }

  async usage(
    userId: string,
    query: UsageFilters = {},
    options?: ReadOptions,
  ): Promise<readonly UsageItem[]> {
    const { items } = await this.#get({ path: `${ofUser(userId)}/usage`, query }, options);
    return items as readonly UsageItem[];
  }

  /** Why a row exists, by its `row_ref` or its id. */
  async story(
    userId: string,
    row: string | number,
    query: AtLeast = {},
    options?: ReadOptions,
  ): Promise<Story> {
    const path = `${ofUser(userId)}/transactions/${encodeURIComponent(row)}`;
    return toStory(await this.#get({ path, query }, options));
  }

  /** New rows as they come. It goes on by itself after a connection is lost or a token expires. */
  live(userId: string, options: LiveOptions = {}): AsyncGenerator<LiveEvent, void, undefined> {
    const path = `${ofUser(userId)}/transactions/stream`;
    return liveRows(path, this.#context, options, this.#log);
  }

  /** What a consumption would cost now. Throws ReadError where it would be refused whatever the account has. */
  async quote(body: QuoteRequest, options?: ReadOptions): Promise<Quote> {
    return (await this.#get({ path: '/v1/quotes', body }, options)) as unknown as Quote;
  }

  /** The recorded answer to a command; null: the account remembers none. */
  async outcome(name: OutcomeName, options?: ReadOptions): Promise<Outcome | null> {
    const query = { ...name };
    try {
      return parseOutcome(await this.#get({ path: '/v1/outcomes', query }, options));
    } catch (error) {
      if (error instanceof ReadError && error.status === 404) return null;
      throw error;
    }
  }

  async #get(request: ReadRequest, options?: ReadOptions): Promise<Json> {
    return (await readJson(request, this.#context, options)) as Json;
  }
}

const ofUser = (userId: string): string => `/v1/users/${encodeURIComponent(userId)}`;
