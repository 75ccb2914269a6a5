import type { CommandResult, Origin } from '#commands';
import { SWEEPER_SOURCE_PREFIX } from '#contracts';
import { toLedgerCommand } from '#commands';
import type { Position } from '#event-store';
import { digestedData } from '#identity';
import type { LedgerCommand } from '#ledger';
import { waitForPosition, type DueAccount, type ReadTables } from '#read-model';

export interface SweeperOptions {
  readonly tables: Pick<ReadTables, 'dueAccounts' | 'position'>;
  /** Resolves when the answer is durable. */
  readonly execute: (command: LedgerCommand, origin: Origin) => Promise<CommandResult>;
  readonly now: () => number;
  readonly limits?: Partial<SweeperLimits>;
}

export interface SweeperLimits {
  /** Accounts to which commands are sent concurrently. */
  readonly pageMax: number;
  /** How long a page may take to show in the read tables before the sweep ends; the next one goes on. */
  readonly waitMsMax: number;
}

const LIMITS: SweeperLimits = { pageMax: 500, waitMsMax: 5_000 };

export interface SweepResult {
  /** Commands that were answered. */
  readonly sent: number;
  /** Accounts whose command was not answered. The next sweep sends the same command again. */
  readonly failed: readonly { readonly userId: string; readonly cause: unknown }[];
}

/**
 * Sends ExpirePoints to accounts where something fell due. Any number of them may run: a command's
 * id is the due time, so that the second one gets the answer of the first one.
 */
export class Sweeper {
  readonly #limits: SweeperLimits;

  constructor(private readonly options: SweeperOptions) {
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /** Sweeps until nothing is due, or until the read tables don't keep up. */
  async sweep(): Promise<SweepResult> {
    const { tables, now } = this.options;
    let sent = 0;
    for (;;) {
      const at = new Date(now()).toISOString();
      const due = await tables.dueAccounts(at, this.#limits.pageMax);
      const page = await this.#sendAll(due, at);
      sent += page.sent;
      const isLast = due.length < this.#limits.pageMax || page.failed.length > 0;
      if (isLast || !(await this.#showsInTables(page.position))) {
        return { sent, failed: page.failed };
      }
    }
  }

  async #sendAll(due: readonly DueAccount[], at: string) {
    const answers = await Promise.allSettled(due.map((one) => this.#send(one, at)));
    let sent = 0;
    let position: Position | null = null;
    const failed: { userId: string; cause: unknown }[] = [];
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'rejected') {
        failed.push({ userId: due[index]?.userId ?? '', cause: answer.reason });
        continue;
      }
      sent += 1;
      const own = answer.value.position;
      if (own !== null && (position === null || own > position)) position = own;
    }
    return { sent, failed, position };
  }

  #send({ userId, dueAt }: DueAccount, at: string): Promise<CommandResult> {
    const data = { user_id: userId };
    const digested = digestedData(data);
    const command = toLedgerCommand(
      { type: 'ExpirePoints', data, source: SWEEPER_SOURCE_PREFIX, id: dueAt },
      at,
      digested,
    );
    const origin = { correlation: command.commandId, data: digested };
    return this.options.execute(command, origin);
  }

  /** Waits for the read tables, which would otherwise return the same accounts again. */
  async #showsInTables(position: Position | null): Promise<boolean> {
    if (position === null) return false;
    return waitForPosition(this.options.tables, position, this.#limits.waitMsMax);
  }
}
