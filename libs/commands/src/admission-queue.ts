import type { CommandLimits } from './command-limits.js';
import { RetryableCommandError } from './errors.js';
import { sleep, type Clock } from '#async';

export interface QueuedCommand {
  readonly stream: string;
  reject(error: unknown): void;
}

interface AdmissionLimits extends Pick<CommandLimits, 'commandsMax' | 'queuedCommandsMax'> {
  /** It follows the settings. */
  readonly accountCommandsMax: () => number;
}

interface AccountQueue<V> {
  readonly stream: string;
  active: number;
  /** Queued commands in order of arrival. The list is empty while there is capacity. */
  readonly queue: Set<V>;
}

/**
 * Bounds the commands in progress, per account and in total. The others are queued. Commands of one
 * account keep their order, and accounts take turns, so that a busy one does not hold up the rest.
 */
export class AdmissionQueue<V extends QueuedCommand> {
  readonly #accounts = new Map<string, AccountQueue<V>>();
  /** Accounts with queued commands and capacity of their own, the next one first. */
  readonly #ready = new Set<AccountQueue<V>>();
  #active = 0;
  #queued = 0;

  constructor(
    private readonly limits: AdmissionLimits,
    private readonly timers: Pick<Clock, 'after'>,
    private readonly admit: (command: V) => void,
  ) {}

  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Admits the command at once if there is capacity, or within `waitMsMax`, or else rejects it. */
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

  /** Rejects the queued commands of one account, or of all. */
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
    return account.active < this.limits.accountCommandsMax();
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
    void sleep(waitMsMax, { clock: this.timers }).then(() => {
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
      // Added again, the account comes after the others: a Set keeps the order of insertion.
      if (account.queue.size > 0 && this.#hasCapacity(account)) this.#ready.add(account);
    }
  }

  #removeIfIdle(account: AccountQueue<V>): void {
    if (account.active === 0 && account.queue.size === 0) this.#accounts.delete(account.stream);
  }
}

const overloaded = (): RetryableCommandError =>
  new RetryableCommandError('overloaded', 'Too many commands are in progress');
