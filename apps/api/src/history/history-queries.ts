import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { AccountBalance, AccountState, EventsPage } from '#contracts';
import type { EventStore } from '#event-store';
import { accountStream } from '#identity';
import { adoptPolicy } from '#ledger';
import { PARTS, STORE, type ApiParts } from '../api-parts.js';
import { notFound } from '../common/problems/problem.js';
import { stateOf } from '../audit/account-state.js';
import { foldAccount } from './replay-account.js';
import { FoldGate } from './replay-semaphore.js';
import { readEvent, storedEventOf } from './stored-event.js';

// What is not in any table: the past, folded from the events.

export class BalanceAt extends Query<AccountBalance> {
  constructor(
    readonly userId: string,
    readonly at: string,
  ) {
    super();
  }
}

@QueryHandler(BalanceAt)
export class BalanceAtHandler implements IQueryHandler<BalanceAt> {
  constructor(
    @Inject(STORE) private readonly store: EventStore,
    private readonly gate: FoldGate,
  ) {}

  async execute({ userId, at }: BalanceAt): Promise<AccountBalance> {
    const { account, position } = await this.gate.run(() =>
      foldAccount(this.store, userId, (event) => event.at <= at),
    );
    return { user_id: userId, balance: account.balance, held: account.held, position, at };
  }
}

/** null: after all that happened. */
export class StateAt extends Query<AccountState> {
  constructor(
    readonly userId: string,
    readonly revision: number | null,
  ) {
    super();
  }
}

@QueryHandler(StateAt)
export class StateAtHandler implements IQueryHandler<StateAt> {
  constructor(
    @Inject(STORE) private readonly store: EventStore,
    private readonly gate: FoldGate,
    @Inject(PARTS) private readonly parts: ApiParts,
  ) {}

  async execute({ userId, revision }: StateAt): Promise<AccountState> {
    const belongs = (_: unknown, at: number): boolean => revision === null || at <= revision;
    const { account } = await this.gate.run(() => foldAccount(this.store, userId, belongs));
    if (revision !== null && account.revision < revision) {
      throw notFound(`The account has no event of revision ${revision}.`);
    }
    adoptPolicy(account, this.parts.policy);
    return stateOf(userId, account);
  }
}

export class PageOfEvents extends Query<EventsPage> {
  constructor(
    readonly userId: string,
    /** Only events behind that revision; -1: all. */
    readonly after: number,
    readonly limit: number,
  ) {
    super();
  }
}

@QueryHandler(PageOfEvents)
export class PageOfEventsHandler implements IQueryHandler<PageOfEvents> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ userId, after, limit }: PageOfEvents): Promise<EventsPage> {
    const items = [];
    const page = { from: after + 1, limit: limit + 1 };
    for await (const recorded of this.store.readStream(accountStream(userId), page)) {
      if (items.length === limit) return { items, next_after: recorded.revision - 1 };
      items.push(storedEventOf(readEvent(recorded)));
    }
    return { items, next_after: null };
  }
}

export const REPLAY_QUERIES = [BalanceAtHandler, StateAtHandler, PageOfEventsHandler];
