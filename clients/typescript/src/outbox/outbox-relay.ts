import type { Command } from '../protocol/command.js';
import { ForbiddenError, InvalidCommandError } from '../protocol/errors.js';
import { backoffMs } from '../support/backoff.js';
import { SYSTEM_CLOCK, sleep, type Clock } from '../support/clock.js';
import { SILENT, messageOf, type Log } from '../support/log.js';
import type { Database, DatabasePool } from './database.js';
import { OUTBOX_TABLE, tableName } from './migration.js';
import {
  countRows,
  deleteSent,
  hold,
  holdOld,
  markFailed,
  markSent,
  takeRows,
  type OutboxCounts,
  type OutboxEntry,
} from './outbox-rows.js';

export interface OutboxRelayOptions {
  readonly pool: DatabasePool;
  /** `(command) => client.publish(command)`. */
  readonly publish: (command: Command) => Promise<void>;
  readonly table?: string;
  /** `rememberDays` of the ledger's policy: what is older is held, and never sent. */
  readonly rememberDays: number;
  /** Held that much earlier, in seconds, for the time that a command is on its way. */
  readonly marginSeconds?: number;
  /** How long sent rows are kept. */
  readonly keepDays?: number;
  /** How often the outbox is looked at when it was empty. */
  readonly pollMs?: number;
  readonly usersMax?: number;
  readonly rowsMax?: number;
  /** Wakes somebody: a command is held, and waits for a person. */
  readonly onAlarm: (alarm: OutboxAlarm) => void;
  readonly log?: Log;
  readonly clock?: Clock;
}

export interface OutboxAlarm {
  readonly msg: string;
  readonly commandIds: readonly string[];
}

export interface OutboxMetrics extends OutboxCounts {
  /** Since the start of this relay. */
  readonly sent: number;
  readonly failures: number;
}

/** Of what a round did: whether another one has something to do at once. */
interface Round {
  readonly sent: number;
  readonly failed: number;
}

const DEFAULTS = {
  marginSeconds: 3_600,
  keepDays: 7,
  pollMs: 250,
  usersMax: 100,
  rowsMax: 500,
} as const;
const DAY_SECONDS = 86_400;
const HOUSEKEEPING_MS = 60_000;
/** More is deleted in a round than sent in it, so that the table does not grow. */
const DELETED_PER_SENT = 10;

/**
 * Publishes what services put into their outbox. Any number of relays may run: each takes other users, and the
 * commands of a user are published in their order. A row is marked in the transaction that took it, after its
 * message can't be lost, so that a relay that is killed publishes it again; the ledger carries out both as one.
 */
export class OutboxRelay implements AsyncDisposable {
  readonly #table: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #ageSecondsMax: number;
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #sent = 0;
  #failures = 0;
  #housekeepingAtMs = 0;

  constructor(private readonly options: OutboxRelayOptions) {
    this.#table = tableName(options.table ?? OUTBOX_TABLE);
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#log = options.log ?? SILENT;
    const { rememberDays, marginSeconds = DEFAULTS.marginSeconds } = options;
    this.#ageSecondsMax = rememberDays * DAY_SECONDS - marginSeconds;
  }

  /** Runs until it is closed. Trouble with the database or the ledger is logged, and tried again. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the round that it is in. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** For the service's metrics. */
  async metrics(): Promise<OutboxMetrics> {
    const counts = await this.#withConnection((database) => countRows(database, this.#table));
    return { ...counts, sent: this.#sent, failures: this.#failures };
  }

  /** Publishes what is there, once. How many rows were sent. */
  async runOnce(): Promise<number> {
    await this.#keepHouse();
    return (await this.#round()).sent;
  }

  async #run(): Promise<void> {
    const { pollMs = DEFAULTS.pollMs } = this.options;
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#keepHouse();
        const { sent, failed } = await this.#round();
        failures = failed > 0 ? failures + 1 : 0;
        if (sent > 0 && failed === 0) continue;
      } catch (error) {
        failures += 1;
        this.#log({
          level: 'warn',
          msg: 'outbox could not be relayed',
          failures,
          error: messageOf(error),
        });
      }
      const waitMs = failures === 0 ? pollMs : backoffMs(failures);
      await sleep(this.#clock, waitMs, this.#stopping.signal);
    }
  }

  #round(): Promise<Round> {
    const { usersMax = DEFAULTS.usersMax, rowsMax = DEFAULTS.rowsMax } = this.options;
    return this.#inTransaction(async (database) => {
      const takenAtMs = this.#clock.now();
      const entries = await takeRows(database, this.#table, { usersMax, rowsMax });
      const results = await this.#publishAll(entries, takenAtMs);
      await markSent(database, this.#table, results.sent);
      await markFailed(database, this.#table, results.failed);
      for (const held of results.held) {
        await hold(database, this.#table, held);
        this.#alarm({ msg: held.error, commandIds: [held.commandId] });
      }
      this.#sent += results.sent.length;
      this.#failures += results.failed.length;
      return { sent: results.sent.length, failed: results.failed.length };
    });
  }

  /** Users side by side, the commands of each one after the other until one fails. */
  async #publishAll(entries: readonly OutboxEntry[], takenAtMs: number) {
    const sent: string[] = [];
    const failed: { rowId: string; error: string }[] = [];
    const held: { rowId: string; commandId: string; error: string }[] = [];
    await Promise.all(
      [...byUser(entries).values()].map(async (own) => {
        for (const { rowId, command, ageSeconds } of own) {
          // A round can be slow, or its process stand still: the next one holds what became too old.
          if (ageSeconds + (this.#clock.now() - takenAtMs) / 1_000 > this.#ageSecondsMax) return;
          try {
            await this.options.publish(command);
            sent.push(rowId);
          } catch (cause) {
            const error = messageOf(cause);
            // What can't be sent now, no repeat will send: a person has to look at it.
            const isFinal = cause instanceof InvalidCommandError || cause instanceof ForbiddenError;
            if (isFinal) held.push({ rowId, commandId: command.id, error });
            else failed.push({ rowId, error });
            return;
          }
        }
      }),
    );
    return { sent, failed, held };
  }

  async #keepHouse(): Promise<void> {
    const { keepDays = DEFAULTS.keepDays, rowsMax = DEFAULTS.rowsMax } = this.options;
    // Before every round: no row must be sent that became too old since.
    const commandIds = await this.#withConnection((database) =>
      holdOld(database, this.#table, this.#ageSecondsMax),
    );
    if (commandIds.length > 0) {
      this.#alarm({ msg: 'commands are older than the ledger remembers', commandIds });
    }
    if (this.#clock.now() < this.#housekeepingAtMs) return;
    const deletedMax = DELETED_PER_SENT * rowsMax;
    const deleted = await this.#withConnection((database) =>
      deleteSent(database, this.#table, { days: keepDays, rowsMax: deletedMax }),
    );
    // Where there is more, the next round goes on with it.
    this.#housekeepingAtMs = this.#clock.now() + (deleted < deletedMax ? HOUSEKEEPING_MS : 0);
  }

  /** An alarm that fails must not take back what was published. `metrics().held` still tells of it. */
  #alarm(alarm: OutboxAlarm): void {
    try {
      this.options.onAlarm(alarm);
    } catch (error) {
      this.#log({
        level: 'error',
        msg: 'alarm of the outbox failed',
        alarm: alarm.msg,
        commandIds: alarm.commandIds,
        error: messageOf(error),
      });
    }
  }

  async #inTransaction<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.#withConnection(async (database) => {
      // Each statement has to see what others committed before it.
      await database.query('BEGIN ISOLATION LEVEL READ COMMITTED');
      // After a failure the connection is closed, which takes its transaction back.
      const result = await work(database);
      await database.query('COMMIT');
      return result;
    });
  }

  /** A connection that failed is not used again. */
  async #withConnection<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const connection = await this.options.pool.connect();
    try {
      const result = await work(connection);
      connection.release();
      return result;
    } catch (error) {
      connection.release(error instanceof Error ? error : true);
      throw error;
    }
  }
}

function byUser(entries: readonly OutboxEntry[]): Map<string, OutboxEntry[]> {
  const users = new Map<string, OutboxEntry[]>();
  for (const entry of entries) {
    const own = users.get(entry.command.userId) ?? [];
    if (own.length === 0) users.set(entry.command.userId, own);
    own.push(entry);
  }
  return users;
}
