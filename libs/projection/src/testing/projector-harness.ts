import { expect } from '@jest/globals';
import type { Pool } from 'pg';

import { followsDirectly, type EncodedEvent, type EventStore, type NonEmpty } from '#event-store';
import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import { CHAIN_START, accountStream, chainHash } from '#identity';
import {
  DEFAULT_POLICY,
  REMEMBER_EVERYTHING,
  TERMS_OF_RULES_1,
  adoptPolicy,
  decide,
  emptyAccount,
  evolve,
  parseEvent,
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
import { referenceConsumptions, referenceRecharges } from '#read-model/testing';

import type { ProjectorObserver } from '../projector-observer.js';
import type { ProjectorIntervals } from '../projector-options.js';
import { Projector } from '../projector.js';
import {
  POLICY_OF_RULES_2,
  START_MS,
  TERMS_OF_RULES_2,
  commandsOfRules2At,
  headerOf,
} from './commands-of-rules-2.js';

export const userNo = (n: number): string =>
  `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A ledger without processor and transport: the rules decide commands one by one, into a store. */
export class TestLedger {
  readonly #accounts = new Map<string, Account>();
  readonly #hashes = new Map<string, Uint8Array>();
  #commands = 0;
  #events = 0;
  #isUnderRules2 = false;

  constructor(
    private readonly store: EventStore,
    readonly users = 5,
    /** The number of the first user. */
    private readonly firstUser = 1,
  ) {}

  /** From the next command on. Accounts that have events go on under rules 2. */
  async adoptRules2(): Promise<void> {
    this.#isUnderRules2 = true;
    for (const userId of this.#accounts.keys()) {
      const account = await this.account(userId);
      adoptPolicy(account, POLICY_OF_RULES_2);
      this.#accounts.set(userId, account);
    }
  }

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
    for (const [revision, event] of (await this.history(userId)).entries()) {
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
    return replay(await this.history(userId), REMEMBER_EVERYTHING);
  }

  async history(userId: string): Promise<LedgerEvent[]> {
    const events: LedgerEvent[] = [];
    for await (const recorded of this.store.readStream(accountStream(userId))) {
      events.push(parseEvent(recorded));
    }
    return events;
  }

  async #next(): Promise<void> {
    const turn = this.#commands++;
    const userId = userNo(this.firstUser + (turn % this.users));
    const policy = this.#isUnderRules2 ? POLICY_OF_RULES_2 : DEFAULT_POLICY;
    const account = this.#accounts.get(userId) ?? emptyAccount(policy);
    this.#accounts.set(userId, account);
    const commandsOf = this.#isUnderRules2 ? commandsOfRules2At : commandsAt;
    for (const command of commandsOf(userId, Math.floor(turn / this.users), turn)) {
      await this.#decide(account, command);
    }
  }

  async #decide(account: Account, command: LedgerCommand): Promise<void> {
    const terms = this.#isUnderRules2 ? TERMS_OF_RULES_2 : TERMS_OF_RULES_1;
    const decision = decide(command, account, terms);
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
        correlation: commandId,
        ...(this.#isUnderRules2 ? { settings: 2, rules: 2 } : { policy: '0'.repeat(64) }),
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
  const envelope = (kind: string) => headerOf(userId, kind, turn);
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

/** Expects every row as the events have it, dense ids, and the balances and debts of the rules. */
export async function expectTablesToAgree(pool: Pool, ledger: TestLedger): Promise<void> {
  const ids: number[] = [];
  for (const userId of ledger.userIds) {
    const rows = await readStatement(pool, userId);
    ids.push(...rows.map((row) => row.id));
    expect(rows.map(withoutId)).toEqual(await ledger.expected(userId));
    const tables = new PostgresReadTables(pool, 'points');
    const { balance, held, owed } = await ledger.account(userId);
    expect(await tables.account(userId)).toMatchObject({ balance, held, owed });
    const events = await ledger.history(userId);
    for (const [revision, { net, ...consumption }] of referenceConsumptions(events)) {
      const details = await tables.transactionDetails(userId, { revision, line: 0 });
      expect(details?.consumption).toMatchObject(consumption);
      expect((details?.consumption?.drawn ?? 0) - (details?.consumption?.refunded ?? 0)).toBe(net);
    }
    for (const recharge of referenceRecharges({ userId, events })) {
      const { revision } = recharge;
      expect(await tables.recharge(userId, { revision })).toEqual(recharge);
    }
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
