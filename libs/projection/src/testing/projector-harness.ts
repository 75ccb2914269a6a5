import { expect } from '@jest/globals';
import type { Pool } from 'pg';

import { followsDirectly, type EncodedEvent, type EventStore, type NonEmpty } from '#event-store';
import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import { CHAIN_START, accountStream, chainHash } from '#identity';
import {
  DEFAULT_POLICY,
  decide,
  TERMS_OF_RULES_1,
  emptyAccount,
  evolve,
  replay,
  serializeEvent,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import {
  IDS_OF_A_NUMBERING,
  PostgresReadTables,
  allTransactions,
  rowsOf,
  type StatementRow,
  type PublishedTransaction,
} from '#read-model';

import type { ProjectorObserver } from '../projector-observer.js';
import type { ProjectorIntervals } from '../projector-options.js';
import { Projector } from '../projector.js';

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');

export const userNo = (n: number): string =>
  `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A ledger without processor and transport: the rules decide commands one by one, into a store. */
export class TestLedger {
  readonly #accounts = new Map<string, Account>();
  readonly #hashes = new Map<string, Uint8Array>();
  #commands = 0;
  #events = 0;

  constructor(
    private readonly store: EventStore,
    readonly users = 5,
    /** The number of the first user. */
    private readonly firstUser = 1,
  ) {}

  /** Runs commands of every kind, over all users in turn. */
  async run(commands: number): Promise<void> {
    for (let n = 0; n < commands; n++) await this.#next();
  }

  get userIds(): readonly string[] {
    return Array.from({ length: this.users }, (_, index) => userNo(this.firstUser + index));
  }

  /** The rows of the statement of an account as they must be, without ids. */
  async expected(userId: string): Promise<Omit<PublishedTransaction, 'id'>[]> {
    const rows: (Omit<PublishedTransaction, 'id'> & { revision: number; line: number })[] = [];
    for (const [revision, event] of (await this.#history(userId)).entries()) {
      const { transactions, duration } = rowsOf(userId, revision, event);
      rows.push(...transactions);
      const first = rows.find((row) => row.revision === duration?.revision && row.line === 0);
      if (first === undefined || duration === null) continue;
      const { duration: seconds, updated_at } = duration;
      rows[rows.indexOf(first)] = { ...first, duration: seconds, updated_at };
    }
    return rows.map(withoutId);
  }

  async account(userId: string): Promise<Account> {
    return replay(await this.#history(userId), DEFAULT_POLICY);
  }

  async #history(userId: string): Promise<LedgerEvent[]> {
    const events: LedgerEvent[] = [];
    for await (const { data } of this.store.readStream(accountStream(userId))) {
      events.push(JSON.parse(data) as LedgerEvent);
    }
    return events;
  }

  async #next(): Promise<void> {
    const turn = this.#commands++;
    const userId = userNo(this.firstUser + (turn % this.users));
    const account = this.#accounts.get(userId) ?? emptyAccount(DEFAULT_POLICY);
    this.#accounts.set(userId, account);
    for (const command of commandsAt(userId, Math.floor(turn / this.users), turn)) {
      await this.#decide(account, command);
    }
  }

  async #decide(account: Account, command: LedgerCommand): Promise<void> {
    const decision = decide(command, account, TERMS_OF_RULES_1);
    if (decision.kind !== 'record') throw new Error(`expected events, not ${decision.kind}`);
    const expected = account.revision;
    const [first, ...rest] = decision.events;
    const encoded: NonEmpty<EncodedEvent> = [
      this.#encode(command, first, expected + 1),
      ...rest.map((event, index) => this.#encode(command, event, expected + 2 + index)),
    ];
    for (const event of decision.events) evolve(account, event);
    const result = await this.store.append(accountStream(command.userId), expected, encoded);
    if (result.kind !== 'ok') throw new Error(`not written: ${result.kind}`);
  }

  #encode(command: LedgerCommand, event: LedgerEvent, revision: number): EncodedEvent {
    const { userId, source, id, type, commandId } = command;
    const place = String(this.firstUser * 1e9 + this.#events++).padStart(12, '0');
    const stored = {
      ...serializeEvent(event, {
        command: { source, id, type },
        policy: '0'.repeat(64),
        correlation: commandId,
      }),
      id: `00000000-0000-5000-8000-${place}`,
    };
    const before = this.#hashes.get(userId) ?? CHAIN_START;
    const hash = chainHash(before, { ...stored, stream: accountStream(userId), revision });
    this.#hashes.set(userId, hash);
    return { ...stored, hash };
  }
}

function commandsAt(userId: string, round: number, turn: number): LedgerCommand[] {
  const envelope = (kind: string) => ({
    userId,
    source: '/test',
    id: `${kind}-${turn}`,
    commandId: `0000000${kind}-0000-5000-8000-${String(turn).padStart(12, '0')}`,
    digest: '0'.repeat(64),
    at: new Date(START_MS + turn * 1_000).toISOString(),
  });
  const consumptionId = `c-${turn}`;
  const consume: LedgerCommand = {
    ...envelope('c'),
    type: 'ConsumePoints',
    quantity: null,
    overrun: null,
    onTimeout: null,
    sourceType: 'tts',
    points: 7,
    sourceId: 'clip "1"',
    duration: 2.5,
    consumptionId,
    settleWithin: null,
  };
  const settle: LedgerCommand = {
    ...envelope('e'),
    type: 'SettleConsumption',
    quantity: null,
    overrun: null,
    consumptionId,
    points: 5,
    duration: 1.5,
  };
  const refund: LedgerCommand = {
    ...envelope('d'),
    type: 'RefundPoints',
    consumptionId,
    points: 3,
    reason: null,
  };
  const recharge: LedgerCommand = {
    ...envelope('b'),
    type: 'RechargePoints',
    rechargeId: null,
    points: 100,
    expiresAt: new Date(START_MS + turn * 1_000 + 60_000).toISOString(),
    priority: 50,
    sourceId: 'order {1}',
  };
  switch (round % 6) {
    case 0:
      return [recharge];
    case 2:
      return [{ ...consume, settleWithin: 60 }, settle];
    case 3:
      return [consume, refund];
    case 4:
      return [{ ...consume, points: 1_000_000 }];
    default:
      return [consume];
  }
}

const withoutId = (row: Omit<PublishedTransaction, 'id'>): Omit<PublishedTransaction, 'id'> => ({
  user_id: row.user_id,
  type: row.type,
  amount: row.amount,
  balance_before: row.balance_before,
  balance_after: row.balance_after,
  source_type: row.source_type,
  source_id: row.source_id,
  batch_id: row.batch_id,
  duration: row.duration,
  description: row.description,
  created_at: row.created_at,
  updated_at: row.updated_at,
});

/** Oldest first. */
export async function readStatement(pool: Pool, userId: string): Promise<StatementRow[]> {
  const rows: StatementRow[] = [];
  const tables = new PostgresReadTables(pool, 'points');
  for await (const page of allTransactions(tables, userId, {})) rows.push(...page);
  return rows.reverse();
}

/** Expects every row as the events have it, dense ids, and the balances of the rules. */
export async function expectTablesToAgree(pool: Pool, ledger: TestLedger): Promise<void> {
  const ids: number[] = [];
  for (const userId of ledger.userIds) {
    const rows = await readStatement(pool, userId);
    ids.push(...rows.map((row) => row.id));
    expect(rows.map(withoutId)).toEqual(await ledger.expected(userId));
    const { balance, held } = await ledger.account(userId);
    const account = await new PostgresReadTables(pool, 'points').account(userId);
    expect(account).toMatchObject({ balance, held });
  }
  ids.sort((a, b) => a - b);
  const first = ids[0] ?? 1;
  expect(first % IDS_OF_A_NUMBERING).toBe(1);
  expect(ids).toEqual(ids.map((_, index) => first + index));
}

/** Whether all events of the store are in the tables. */
export async function isAtHead(pool: Pool, store: EventStore): Promise<boolean> {
  const position = await new PostgresReadTables(pool, 'points').position();
  return position === (await store.head());
}

export interface Running {
  stop(): Promise<void>;
  /** Settles as `Projector.run` does. */
  readonly ended: Promise<void>;
}

const FAST_INTERVALS: Partial<ProjectorIntervals> = {
  lockRetryMs: 20,
  versionRefreshMs: 50,
  lagMeasureMs: 20,
  retry: { backoffMsMin: 5, backoffMsMax: 50, attemptsMax: 101, totalMsMax: Infinity },
};

export function startProjector(
  pool: Pool,
  store: EventStore,
  observer: ProjectorObserver = {},
  terms: Partial<ProjectorIntervals> = {},
  /** null: the store's positions don't tell whether something is missing between them. */
  guard: typeof followsDirectly | null = followsDirectly,
): Running {
  const stop = new AbortController();
  const projector = new Projector({
    store,
    pool,
    name: 'points',
    observer,
    now: () => START_MS + 3_600_000,
    ...(guard !== null && { followsDirectly: guard }),
    intervals: { ...FAST_INTERVALS, ...terms },
  });
  const ended = projector.run(stop.signal);
  ended.catch(() => undefined);
  return {
    ended,
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}

/** Two stores on the same log are two processes. */
export const newMemoryLog = (): MemoryLog => new MemoryLog();
export const storeOn = (log: MemoryLog): MemoryEventStore => new MemoryEventStore({ log });
