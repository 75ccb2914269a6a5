import type { Command } from '../protocol/command.js';
import type { CommandDataOf } from '../protocol/command-data.js';
import { decideOutcome, type Decision } from '../protocol/decision.js';
import type { Outcome } from '../protocol/outcome.js';
import type { AttemptLimits, Transport } from '../transport/transport.js';
import { FakeAccount, Refusal, type Moved } from './fake-account.js';

interface Answered {
  readonly value: string;
  readonly outcome: Outcome;
}

export interface FakeLedgerOptions {
  /** What a unit of each business costs, for commands that tell a quantity or a duration instead of points. */
  readonly prices?: Readonly<Record<string, number>>;
}

/**
 * A ledger in memory, for the tests of a service: `new LedgerClient({ transport: ledger.transport('/tts') })`. It
 * answers by the main cases of the rules: enough points and not enough, a repeat and an id that is used twice,
 * holds that are settled, extended, cancelled or timed out, debts, refunds, and an answer that does not come.
 */
export class FakeLedger {
  readonly #accounts = new Map<string, FakeAccount>();
  readonly #answered = new Map<string, Answered>();
  readonly #commands: Command[] = [];
  readonly #planned: ('lost' | 'not carried out')[] = [];

  constructor(private readonly options: FakeLedgerOptions = {}) {}

  /** How a client of that source reaches this ledger. */
  transport(source = '/test'): Transport {
    return {
      source,
      attempt: (command, limits) => this.#attempt(command, limits),
      publish: async (command) => void this.#execute(command),
      close: async () => undefined,
    };
  }

  /** What was sent, repeats among it, oldest first. */
  get commands(): readonly Command[] {
    return this.#commands;
  }

  balance(userId: string): number {
    return this.#account(userId).balance;
  }

  owed(userId: string): number {
    return this.#account(userId).owed;
  }

  /** Points of open holds. */
  held(userId: string): number {
    return this.#account(userId).held;
  }

  /** The hold was not settled in time: its points go back. */
  timeOut(userId: string, consumptionId: string): void {
    this.#account(userId).timeOut(consumptionId);
  }

  /** The next command is carried out, and its answer does not come: the result is unknown. */
  loseNextAnswer(): void {
    this.#planned.push('lost');
  }

  /** The next command does not arrive, and no answer comes: the result is unknown too. */
  loseNextCommand(): void {
    this.#planned.push('not carried out');
  }

  async #attempt(command: Command, { signal }: AttemptLimits): Promise<Decision> {
    const plan = this.#planned.shift();
    if (plan === 'not carried out') this.#commands.push(command);
    else {
      const outcome = this.#execute(command);
      if (plan === undefined && signal?.aborted !== true) return decideOutcome(outcome);
    }
    return { kind: 'unknown', reason: 'no outcome in time' };
  }

  #execute(command: Command): Outcome {
    this.#commands.push(command);
    const { userId, source, id, value } = command;
    const key = [userId, source, id].join('\0');
    const before = this.#answered.get(key);
    if (before?.value === value) return { ...before.outcome, replayed: true };
    if (before !== undefined) {
      const reason = 'This id was used before, for a command that says something else.';
      return this.#outcome(command, {}, new Refusal('CommandIdReused', reason));
    }
    const outcome = this.#decide(command);
    this.#answered.set(key, { value, outcome });
    return outcome;
  }

  #decide(command: Command): Outcome {
    try {
      return this.#outcome(command, this.#carryOut(command), null);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#outcome(command, {}, error);
    }
  }

  #carryOut({ type, id, userId, value }: Command): Moved {
    const account = this.#account(userId);
    // The client wrote the value from data of that type.
    const data = JSON.parse(value) as unknown;
    switch (type) {
      case 'RechargePoints':
        return account.recharge(data as CommandDataOf[typeof type], id);
      case 'ConsumePoints':
        return account.consume(data as CommandDataOf[typeof type], id);
      case 'ExtendConsumption':
        return account.extend(data as CommandDataOf[typeof type]);
      case 'SettleConsumption':
        return account.settle(data as CommandDataOf[typeof type]);
      case 'RefundPoints':
        return account.refund(data as CommandDataOf[typeof type]);
      case 'ReverseRecharge':
        return account.reverse(data as CommandDataOf[typeof type]);
      case 'ReinstateRecharge':
        return account.reinstate(data as CommandDataOf[typeof type]);
      case 'ExpirePoints':
        return {};
    }
  }

  #outcome({ type, id, source, userId }: Command, moved: Moved, refusal: Refusal | null): Outcome {
    const { balance, owed } = this.#account(userId);
    return {
      command_id: id,
      command_source: source,
      command_type: type,
      user_id: userId,
      status: refusal === null ? 'accepted' : 'refused',
      code: refusal?.code ?? null,
      detail: refusal?.message ?? null,
      balance,
      owed,
      points: moved.points ?? null,
      collected: moved.collected ?? null,
      uncollected: moved.uncollected ?? null,
      consumption_id: moved.consumptionId ?? null,
      recharge_id: moved.rechargeId ?? null,
      batch_id: null,
      position: `fake:${this.#answered.size}`,
      replayed: false,
    };
  }

  #account(userId: string): FakeAccount {
    const key = userId.toLowerCase();
    const account = this.#accounts.get(key) ?? new FakeAccount(this.options.prices ?? {});
    this.#accounts.set(key, account);
    return account;
  }
}
