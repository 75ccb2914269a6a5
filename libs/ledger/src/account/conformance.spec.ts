import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  repeatAnswer,
  answerTo,
  answerUnrecorded,
  decide,
  emptyAccount,
  evolve,
  type Account,
  type Answer,
  type LedgerCommand,
  type LedgerEvent,
  type Policy,
} from '../index.js';

// Command sequences, and what an independent model of the same rules makes of them.
const vectors = join(import.meta.dirname, '../../../../test/vectors');

interface Outcome {
  readonly status: string;
  readonly code: string | null;
  readonly balance: number;
  readonly consumption_id: string | null;
  readonly batch_id: number | null;
  readonly position: number | null;
  readonly replayed: boolean;
  readonly details: unknown;
  readonly command_uuid: string;
  readonly digest: string;
}

interface Vector {
  readonly policy: Policy;
  readonly steps: readonly {
    readonly command: {
      readonly source: string;
      readonly id: string;
      readonly type: string;
      readonly user_id: string;
      readonly at: string;
      readonly data: Readonly<Record<string, unknown>>;
    };
    readonly outcome: Outcome;
  }[];
  readonly users: Readonly<
    Record<string, { readonly balance: number; readonly held: number; readonly events: unknown[] }>
  >;
}

const cutToMs = (time: unknown): unknown =>
  typeof time === 'string'
    ? new Date(time.replace(/(\.\d{3})\d+/, '$1')).toISOString()
    : (time ?? null);

function commandOf({ command, outcome }: Vector['steps'][number]): LedgerCommand {
  const { data } = command;
  return {
    type: command.type,
    userId: command.user_id.toLowerCase(),
    source: command.source,
    id: command.id,
    commandId: outcome.command_uuid,
    digest: outcome.digest,
    at: command.at,
    points: data['points'] ?? null,
    expiresAt: cutToMs(data['expires_at']),
    priority: data['priority'] ?? 50,
    sourceId: data['source_id'] ?? null,
    sourceType: data['source_type'],
    duration: data['duration'] ?? null,
    ...(/Consum|Refund/.test(command.type) && {
      consumptionId: data['consumption_id'] ?? command.id,
    }),
    settleWithin: data['settle_within'] ?? null,
    reason: data['reason'] ?? null,
  } as unknown as LedgerCommand;
}

class VectorAccount {
  readonly events: LedgerEvent[] = [];
  readonly account: Account;
  constructor(policy: Policy) {
    this.account = emptyAccount(policy);
  }

  run(command: LedgerCommand): Answer {
    const decision = decide(command, this.account);
    const { balance } = this.account;
    if (decision.kind === 'nothing' || decision.kind === 'tooLate') {
      return answerUnrecorded(command, decision, balance);
    }
    if (decision.kind === 'repeat') {
      const behind = this.events.slice(decision.revision);
      const end = behind.findIndex((event) => event.commandId !== command.commandId);
      const [first, ...rest] = end < 0 ? behind : behind.slice(0, end);
      if (!first) throw new Error('nothing stands at that revision');
      return repeatAnswer(command, [first, ...rest], decision.revision, balance);
    }
    const firstRevision = this.events.length;
    for (const event of decision.events) evolve(this.account, event);
    this.events.push(...decision.events);
    return answerTo(command, decision.events, firstRevision);
  }
}

/** Batch numbers are each model's own: what counts is where they appear. */
function withNeutralBatchIds(value: unknown): unknown {
  const names = new Map<number, string>();
  const nameOf = (id: number): string => {
    if (!names.has(id)) names.set(id, `batch ${names.size}`);
    return names.get(id) ?? '';
  };
  const batchFields = new Set(['batchId', 'from', 'into', 'batch_id']);
  const walk = (node: unknown, key: string): unknown => {
    if (Array.isArray(node)) return node.map((item) => walk(item, key));
    if (typeof node === 'number' && batchFields.has(key)) return nameOf(node);
    if (typeof node !== 'object' || node === null) return node;
    const keys = Object.keys(node).sort();
    return Object.fromEntries(
      keys.map((name) => [name, walk((node as Record<string, unknown>)[name], name)]),
    );
  };
  return walk(value, '');
}

const files = readdirSync(vectors).filter((name) => name.endsWith('.json'));

describe('the rules and an independent model of them', () => {
  it('have sequences to compare', () => {
    expect(files.length).toBe(16);
  });

  it.each(files)('agree on %s', (file) => {
    const vector = JSON.parse(readFileSync(join(vectors, file), 'utf8')) as Vector;
    const accounts = new Map<string, VectorAccount>();
    const ours: unknown[] = [];
    const theirs: unknown[] = [];
    for (const step of vector.steps) {
      const command = commandOf(step);
      const account = accounts.get(command.userId) ?? new VectorAccount(vector.policy);
      accounts.set(command.userId, account);
      const answer = account.run(command);
      const { outcome } = step;
      ours.push({ command: step.command, ...answer, details: null });
      theirs.push({
        command: step.command,
        status: outcome.status,
        code: outcome.code,
        balance: outcome.balance,
        consumptionId: outcome.consumption_id,
        batchId: outcome.batch_id,
        revision: outcome.position,
        replayed: outcome.replayed,
        details: null,
      });
    }
    expect(withNeutralBatchIds(ours)).toEqual(withNeutralBatchIds(theirs));
    for (const [userId, { balance, held, events }] of Object.entries(vector.users)) {
      const account = accounts.get(userId);
      expect({ balance: account?.account.balance, held: account?.account.held }).toEqual({
        balance,
        held,
      });
      expect(withNeutralBatchIds(account?.events)).toEqual(withNeutralBatchIds(events));
    }
  });
});
