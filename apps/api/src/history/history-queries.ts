import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { AccountBalance, AccountState, EventsPage } from '#contracts';
import type { EventStore } from '#event-store';
import { accountStream } from '#identity';
import { adoptPolicy, type LedgerEvent } from '#ledger';
import { EVENT_STORE, SETTINGS } from '#platform';
import type { SettingsSource } from '#settings';
import { notFound } from '../common/problems/problem.js';
import { toAccountState } from './account-state.js';
import { replayAccount } from './replay-account.js';
import { ReplaySemaphore } from './replay-semaphore.js';
import { decodeEvent, toStoredEvent } from './stored-event.js';

// The past of an account is in no table, so that these queries replay it from the events.

export class GetBalanceAtQuery extends Query<AccountBalance> {
  constructor(
    readonly userId: string,
    readonly at: string,
  ) {
    super();
  }
}

@QueryHandler(GetBalanceAtQuery)
class GetBalanceAtHandler implements IQueryHandler<GetBalanceAtQuery> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly semaphore: ReplaySemaphore,
  ) {}

  async execute({ userId, at }: GetBalanceAtQuery): Promise<AccountBalance> {
    // The rows of another service may be imported long after the moment they are of.
    const isIncluded = (event: LedgerEvent): boolean =>
      event.at <= at || event.type === 'AccountImported' || event.type === 'LegacyRowsImported';
    const { account, position, legacy } = await this.semaphore.run(() =>
      replayAccount(this.store, userId, isIncluded),
    );
    const { held, owed, takeOver } = account;
    const isLegacy = takeOver?.phase === 'imported';
    const balance = isLegacy ? legacy.balanceAt(at) : account.balance;
    return { user_id: userId, balance, held, owed, position, at };
  }
}

export class GetAccountStateQuery extends Query<AccountState> {
  constructor(
    readonly userId: string,
    /** The revision of the last event to include, or null for all events. */
    readonly revision: number | null,
  ) {
    super();
  }
}

@QueryHandler(GetAccountStateQuery)
class GetAccountStateHandler implements IQueryHandler<GetAccountStateQuery> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(SETTINGS) private readonly settings: Pick<SettingsSource, 'inForceAt'>,
    private readonly semaphore: ReplaySemaphore,
  ) {}

  async execute({ userId, revision }: GetAccountStateQuery): Promise<AccountState> {
    const isIncluded = (_: unknown, at: number): boolean => revision === null || at <= revision;
    const { account } = await this.semaphore.run(() =>
      replayAccount(this.store, userId, isIncluded),
    );
    if (revision !== null && account.revision < revision) {
      throw notFound(`The account has no event of revision ${revision}.`);
    }
    if (account.at !== '') {
      const { policy } = await this.settings.inForceAt(account.at);
      adoptPolicy(account, policy);
    }
    return toAccountState(userId, account);
  }
}

export class GetEventsQuery extends Query<EventsPage> {
  constructor(
    readonly userId: string,
    /** Only events after this revision are returned; -1 returns all. */
    readonly after: number,
    readonly limit: number,
  ) {
    super();
  }
}

@QueryHandler(GetEventsQuery)
class GetEventsHandler implements IQueryHandler<GetEventsQuery> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async execute({ userId, after, limit }: GetEventsQuery): Promise<EventsPage> {
    const items = [];
    const page = { from: after + 1, limit: limit + 1 };
    for await (const recorded of this.store.readStream(accountStream(userId), page)) {
      if (items.length === limit) return { items, next_after: recorded.revision - 1 };
      items.push(toStoredEvent(decodeEvent(recorded)));
    }
    return { items, next_after: null };
  }
}

export const HISTORY_QUERY_HANDLERS = [
  GetBalanceAtHandler,
  GetAccountStateHandler,
  GetEventsHandler,
];
