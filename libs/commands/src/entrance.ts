import type { DeskLimits } from './desk-limits.js';
import { NotAnswered } from './errors.js';
import type { Waits } from './waits.js';

/** Something that wants to the desk. */
export interface Visitor {
  readonly stream: string;
  reject(error: unknown): void;
}

interface AccountLine<V> {
  readonly stream: string;
  inside: number;
  /** In order of arrival. While there is room it is empty: leaving fills it at once. */
  readonly line: Set<V>;
}

/**
 * Lets so many in and no more: of one account and of all. Who finds no room waits in line; of one
 * account nobody overtakes, and accounts take turns, so that a busy one holds up nobody else.
 */
export class Entrance<V extends Visitor> {
  readonly #accounts = new Map<string, AccountLine<V>>();
  /** Accounts that have somebody in line and room of their own: whose turn is next comes first. */
  readonly #ready = new Set<AccountLine<V>>();
  #inside = 0;
  #inLine = 0;

  constructor(
    private readonly limits: DeskLimits,
    private readonly waits: Waits,
    private readonly admit: (visitor: V) => void,
  ) {}

  get inside(): number {
    return this.#inside;
  }

  get inLine(): number {
    return this.#inLine;
  }

  /** Admits at once where there is room, else within `waitMsMax`, else turns the visitor away. */
  enter(visitor: V, waitMsMax: number): void {
    const account = this.#accounts.get(visitor.stream) ?? this.#begin(visitor.stream);
    if (this.#hasRoom(account) && this.#inside < this.limits.commandsMax) {
      this.#letIn(account, visitor);
    } else if (waitMsMax > 0 && this.#inLine < this.limits.lineMax) {
      this.#lineUp(account, visitor, waitMsMax);
    } else {
      visitor.reject(overloaded());
      this.#forgetIfIdle(account);
    }
  }

  leave(stream: string, count: number): void {
    const account = this.#accounts.get(stream);
    if (account === undefined) return;
    account.inside -= count;
    this.#inside -= count;
    if (account.line.size > 0 && this.#hasRoom(account)) this.#ready.add(account);
    this.#fill();
    this.#forgetIfIdle(account);
  }

  /** Sends away everybody who stands in line: for one account, or for all. */
  turnAway(error: unknown, stream?: string): void {
    const streams = stream === undefined ? [...this.#accounts.keys()] : [stream];
    for (const each of streams) this.#turnAwayLine(error, this.#accounts.get(each));
  }

  #turnAwayLine(error: unknown, account: AccountLine<V> | undefined): void {
    if (account === undefined) return;
    const line = [...account.line];
    this.#inLine -= line.length;
    account.line.clear();
    this.#ready.delete(account);
    this.#forgetIfIdle(account);
    for (const visitor of line) visitor.reject(error);
  }

  #begin(stream: string): AccountLine<V> {
    const account: AccountLine<V> = { stream, inside: 0, line: new Set() };
    this.#accounts.set(stream, account);
    return account;
  }

  #hasRoom(account: AccountLine<V>): boolean {
    return account.inside < this.limits.accountCommandsMax;
  }

  #letIn(account: AccountLine<V>, visitor: V): void {
    account.inside += 1;
    this.#inside += 1;
    this.admit(visitor);
  }

  #lineUp(account: AccountLine<V>, visitor: V, waitMsMax: number): void {
    account.line.add(visitor);
    this.#inLine += 1;
    if (this.#hasRoom(account)) this.#ready.add(account);
    if (waitMsMax === Infinity) return;
    void this.waits.pause(waitMsMax).then(() => {
      if (!account.line.delete(visitor)) return;
      this.#inLine -= 1;
      if (account.line.size === 0) this.#ready.delete(account);
      this.#forgetIfIdle(account);
      visitor.reject(overloaded());
    });
  }

  #fill(): void {
    for (const account of this.#ready) {
      if (this.#inside >= this.limits.commandsMax) return;
      this.#ready.delete(account);
      const [visitor] = account.line;
      if (visitor === undefined) continue;
      account.line.delete(visitor);
      this.#inLine -= 1;
      this.#letIn(account, visitor);
      // Behind the others: a Set is walked in the order in which things were added to it.
      if (account.line.size > 0 && this.#hasRoom(account)) this.#ready.add(account);
    }
  }

  #forgetIfIdle(account: AccountLine<V>): void {
    if (account.inside === 0 && account.line.size === 0) this.#accounts.delete(account.stream);
  }
}

const overloaded = (): NotAnswered => new NotAnswered('overloaded', 'No room at the desk');
