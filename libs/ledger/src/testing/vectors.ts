import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  REMEMBER_EVERYTHING,
  TERMS_OF_RULES_1,
  adoptPolicy,
  answerTo,
  answerUnrecorded,
  decide,
  effectiveAt,
  emptyAccount,
  evolve,
  repeatAnswer,
  replay,
  rulesOf,
  serializeEvent,
  termsOf,
  type Account,
  type AccountNow,
  type AccountPolicy,
  type Answer,
  type LedgerCommand,
  type LedgerEvent,
  type Settings,
  type Terms,
} from '../index.js';
import { settingsInForce } from './settings-in-force.js';

// Command sequences, and what an independent model of the same rules makes of them.

const FOLDER = join(import.meta.dirname, '../../../../test/vectors');

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
  /** Of rules 2. */
  readonly recharge_id?: string | null;
  readonly points?: number | null;
  readonly collected?: number | null;
  readonly owed?: number | null;
  readonly uncollected?: number | null;
}

export interface VectorStep {
  readonly command: {
    readonly source: string;
    readonly id: string;
    readonly type: string;
    readonly user_id: string;
    readonly at: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
  readonly outcome: Outcome;
}

export interface VectorUser {
  readonly balance: number;
  readonly held: number;
  readonly owed?: number;
  readonly settingsOfEvents?: readonly number[];
  readonly events: readonly unknown[];
}

export interface Vector {
  /** Of rules 1. */
  readonly policy?: AccountPolicy;
  /** Of rules 2: every version in full. */
  readonly settings?: readonly Settings[];
  readonly steps: readonly VectorStep[];
  readonly users: Readonly<Record<string, VectorUser>>;
}

export const vectorFiles = (folder = '.'): readonly string[] =>
  readdirSync(join(FOLDER, folder)).filter((name) => name.endsWith('.json'));

export const readVector = (file: string, folder = '.'): Vector =>
  JSON.parse(readFileSync(join(FOLDER, folder, file), 'utf8')) as Vector;

const cutToMs = (time: unknown): unknown =>
  typeof time === 'string'
    ? new Date(time.replace(/(\.\d{3})\d+/, '$1')).toISOString()
    : (time ?? null);

export function commandOf({ command, outcome }: VectorStep): LedgerCommand {
  const { data, type } = command;
  const field = (name: string): unknown => data[name] ?? null;
  return {
    type,
    userId: command.user_id.toLowerCase(),
    source: command.source,
    id: command.id,
    commandId: outcome.command_uuid,
    digest: outcome.digest,
    at: command.at,
    points: field('points'),
    quantity: field('quantity'),
    duration: field('duration'),
    expiresAt: cutToMs(data['expires_at']),
    priority: data['priority'] ?? 50,
    sourceId: field('source_id'),
    sourceType: data['source_type'],
    ...(/Consum|RefundPoints/.test(type) && { consumptionId: field('consumption_id') }),
    ...(/Recharge/.test(type) && { rechargeId: field('recharge_id') }),
    settleWithin: field('settle_within'),
    overrun: field('overrun'),
    onTimeout: field('on_timeout'),
    cause: data['cause'],
    shortfall: data['shortfall'] ?? 'owe',
    reason: field('reason'),
  } as unknown as LedgerCommand;
}

/** Whether no version of the policy changed what an account remembers. */
const isSame = (one: AccountPolicy, other: AccountPolicy): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** One account of a vector, which is loaded again whenever another policy is in force. */
export class VectorAccount {
  readonly events: LedgerEvent[] = [];
  readonly settingsOfEvents: (number | null)[] = [];
  #account: Account;
  #terms: Terms = TERMS_OF_RULES_1;

  constructor(
    policy: AccountPolicy,
    private readonly settings: readonly Settings[] = [],
  ) {
    this.#account = emptyAccount(policy);
  }

  get account(): Account {
    return this.#account;
  }

  run(command: LedgerCommand): Answer {
    this.#adopt(settingsInForce(this.settings, effectiveAt(command, this.#account)));
    const decision = decide(command, this.#account, this.#terms);
    if (decision.kind !== 'record' && decision.kind !== 'repeat') {
      return answerUnrecorded(command, decision, this.#now, this.#terms.rules.number);
    }
    if (decision.kind === 'repeat') return this.#repeat(command, decision.revision);
    const firstRevision = this.events.length;
    for (const event of decision.events) {
      evolve(this.#account, event);
      this.settingsOfEvents.push(this.#terms.settings);
    }
    this.events.push(...decision.events);
    return answerTo(command, decision.events, firstRevision);
  }

  /** What is remembered is asked of the whole stream under the policy in force. */
  #adopt(settings: Settings | null): void {
    if (settings === null || settings.version === this.#terms.settings) return;
    this.#terms = termsOf(settings);
    if (isSame(this.#account.policy, settings.policy)) return;
    this.#account = replay(this.events, REMEMBER_EVERYTHING);
    adoptPolicy(this.#account, settings.policy);
  }

  #repeat(command: LedgerCommand, revision: number): Answer {
    const behind = this.events.slice(revision);
    const end = behind.findIndex((event) => event.commandId !== command.commandId);
    const [first, ...rest] = end < 0 ? behind : behind.slice(0, end);
    if (!first) throw new Error('nothing stands at that revision');
    return repeatAnswer(command, [first, ...rest], revision, this.#now);
  }

  get #now(): AccountNow {
    const { balance, owed } = this.#account;
    return { balance, owed };
  }
}

/** The data as it is stored. */
export function storedData(event: LedgerEvent): unknown {
  const provenance = {
    command: { source: '/vectors', id: 'any', type: 'ExpirePoints' },
    correlation: '',
    ...(rulesOf(event) === 1 ? { policy: '' } : { settings: 1, rules: 2 }),
  } as const;
  return JSON.parse(serializeEvent(event, provenance).data) as unknown;
}

/** Batch numbers are each model's own: what counts is where they appear. */
export function withNeutralBatchIds(value: unknown): unknown {
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
