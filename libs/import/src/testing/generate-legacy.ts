import { seededRandom, type SeededRandom } from '#testing';
import type { RawAccount } from '../reading/raw-record.js';
import { FAULT_MAKERS, type FaultMaker } from './legacy-faults.js';
import { LegacyService } from './legacy-service.js';

const DAY_MS = 86_400_000;
const IDS_PER_ACCOUNT = 1_000;
const STEPS_MIN = 6;
const STEPS_MAX = 30;

export interface GeneratedAccount {
  readonly raw: RawAccount;
  /** The fault that was put into it; null: none. */
  readonly fault: FaultMaker | null;
}

export interface GenerateOptions {
  readonly seed: number;
  readonly accounts: number;
  /** The moment that the last rows are before. */
  readonly at: string;
  /** Whether the table has the column of migration 95eb1a1c0af9. */
  readonly hasDuration?: boolean;
  readonly columns?: FaultMaker['columns'];
}

/** A legacy database as the old service leaves it: every other account has one of all faults in turn. */
export function generateLegacy({
  seed,
  accounts,
  at,
  hasDuration = true,
  columns = 'loose',
}: GenerateOptions): GeneratedAccount[] {
  const random = seededRandom(seed);
  const makers = FAULT_MAKERS.filter(
    (maker) =>
      (columns === 'loose' || maker.columns === 'model') &&
      (hasDuration || maker.kind !== 'Duration'),
  );
  return Array.from({ length: accounts }, (_, index) => {
    const fault = index % 2 === 0 ? null : (makers[((index - 1) / 2) % makers.length] ?? null);
    const firstId = 1 + index * IDS_PER_ACCOUNT;
    return { raw: generateAccount(random, firstId, at, hasDuration, fault), fault };
  });
}

function generateAccount(
  random: SeededRandom,
  firstId: number,
  at: string,
  hasDuration: boolean,
  fault: FaultMaker | null,
): RawAccount {
  const beginsMs = Date.parse(at) - (10 + random.below(20)) * DAY_MS;
  const service = new LegacyService(random, firstId, beginsMs, hasDuration);
  service.recharge(500);
  service.consume(20);
  const steps = STEPS_MIN + random.below(STEPS_MAX - STEPS_MIN);
  for (let step = 0; step < steps && service.nowMs < Date.parse(at) - DAY_MS; step += 1) {
    service.step();
  }
  service.endBefore(Date.parse(at));
  const { rows } = service;
  const batches = service.batches();
  fault?.make({ service, rows, batches, random });
  return { userId: userIdFrom(random), rows, batches, jobs: [] };
}

const HEX_WORD = 2 ** 32;

function userIdFrom(random: SeededRandom): string {
  const word = (): string => random.below(HEX_WORD).toString(16).padStart(8, '0');
  const hex = word() + word() + word() + word();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
