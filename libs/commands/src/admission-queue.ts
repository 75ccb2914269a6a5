import type { CommandLimits } from './command-limits.js';
import { RetryableCommandError } from './errors.js';
import type { CancellableTimers } from './cancellable-timers.js';

/** Something that wants to the desk. */
export interface QueuedCommand {
  readonly stream: string;
  reject(error: unknown): void;
}

interface AccountQueue<V> {
  readonly stream: string;
  active: number;
  /** In order of arrival. While there is room it is empty: leaving fills it at once. */
  readonly queue: Set<V>;
}

/**
 * Lets so many in and no more: of one account and of all. Who finds no room waits in line; of one
 * account nobody overtakes, and accounts take turns, so that a busy one holds up nobody else.
 */
export class AdmissionQueue<V extends QueuedCommand> {
  readonly #accounts = new Map<string, AccountQueue<V>>();
  /** Accounts that have somebody in line and room of their own: whose turn is next comes first. */
  readonly #ready = new Set<AccountQueue<V>>();
  #active = 0;
  #queued = 0;

  constructor(
    private readonly limits: CommandLimits,
    private readonly timers: CancellableTimers,
    private readonly admit: (command: V) => void,
  ) {}

  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Admits at once where there is room, else within `waitMsMax`, else turns the visitor away. */
  enqueue(command: V, waitMsMax: number): void {
    const account = this.#accounts.get(command.stream) ?? this.#addAccount(command.stream);
    if (this.#hasCapacity(account) && this.#active < this.limits.commandsMax) {
      this.#admit(account, command);
    } else if (waitMsMax > 0 && this.#queued < this.limits.queuedCommandsMax) {
      this.#queue(account, command, waitMsMax);
    } else {
      command.reject(overloaded());
      this.#removeIfIdle(account);
    }
  }

  release(stream: string, count: number): void {
    const account = this.#accounts.get(stream);
    if (account === undefined) return;
    account.active -= count;
    this.#active -= count;
    if (account.queue.size > 0 && this.#hasCapacity(account)) this.#ready.add(account);
    this.#admitQueued();
    this.#removeIfIdle(account);
  }

  /** Sends away everybody who stands in line: for one account, or for all. */
  rejectAll(error: unknown, stream?: string): void {
    const streams = stream === undefined ? [...this.#accounts.keys()] : [stream];
    for (const one of streams) this.#rejectQueue(error, this.#accounts.get(one));
  }

  #rejectQueue(error: unknown, account: AccountQueue<V> | undefined): void {
    if (account === undefined) return;
    const queue = [...account.queue];
    this.#queued -= queue.length;
    account.queue.clear();
    this.#ready.delete(account);
    this.#removeIfIdle(account);
    for (const command of queue) command.reject(error);
  }

  #addAccount(stream: string): AccountQueue<V> {
    const account: AccountQueue<V> = { stream, active: 0, queue: new Set() };
    this.#accounts.set(stream, account);
    return account;
  }

  #hasCapacity(account: AccountQueue<V>): boolean {
    return account.active < this.limits.accountCommandsMax;
  }

  #admit(account: AccountQueue<V>, command: V): void {
    account.active += 1;
    this.#active += 1;
    this.admit(command);
  }

  #queue(account: AccountQueue<V>, command: V, waitMsMax: number): void {
    account.queue.add(command);
    this.#queued += 1;
    if (this.#hasCapacity(account)) this.#ready.add(account);
    if (waitMsMax === Infinity) return;
    void this.timers.sleep(waitMsMax).then(() => {
      if (!account.queue.delete(command)) return;
      this.#queued -= 1;
      if (account.queue.size === 0) this.#ready.delete(account);
      this.#removeIfIdle(account);
      command.reject(overloaded());
    });
  }

  #admitQueued(): void {
    for (const account of this.#ready) {
      if (this.#active >= this.limits.commandsMax) return;
      this.#ready.delete(account);
      const [command] = account.queue;
      if (command === undefined) continue;
      account.queue.delete(command);
      this.#queued -= 1;
      this.#admit(account, command);
      // Behind the others: a Set is walked in the order in which things were added to it.
      if (account.queue.size > 0 && this.#hasCapacity(account)) this.#ready.add(account);
    }
  }

  #removeIfIdle(account: AccountQueue<V>): void {
    if (account.active === 0 && account.queue.size === 0) this.#accounts.delete(account.stream);
  }
}

const overloaded = (): RetryableCommandError =>
  new RetryableCommandError('overloaded', 'No room at the desk');
