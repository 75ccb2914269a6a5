import {
  DEFAULT_POLICY,
  TERMS_OF_RULES_1,
  decide,
  emptyAccount,
  evolve,
  replay,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import { secondsOf, type Figures } from './figures.js';

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');
const RUNS = 10;

/** Measures decisions and replay on one core, and whether the cost of a command grows with the history. */
export function rulesBench(): Figures {
  // The history is long, but short enough that the memory of the machine is not measured.
  const history = historyOf(10_000);
  const replayTen = (): void => {
    for (let times = 0; times < 10; times++) replay(history, DEFAULT_POLICY);
  };
  replayTen();
  const replayed = best(replayTen) / 10;
  costOfOne(1_000); // The first measurement includes the compilation.
  const [short, middle, long] = [costOfOne(10), costOfOne(1_000), costOfOne(100_000)];
  return {
    replay_events_per_s: history.length / replayed,
    decide_per_s: 1 / middle,
    cost_us_10: short * 1e6,
    cost_us_1000: middle * 1e6,
    cost_us_100000: long * 1e6,
    cost_ratio_100000_to_10: long / short,
  };
}

const best = (work: () => void): number =>
  Math.min(...Array.from({ length: RUNS }, () => secondsOf(work)));

/** Seconds for one decision on an account after that many events. The account is not changed. */
function costOfOne(behind: number): number {
  const account = replay(historyOf(behind), DEFAULT_POLICY);
  const commands = Array.from({ length: 20_000 }, (_, index) => consume(behind + index));
  const decideAll = (): void => {
    for (const command of commands) decide(command, account, TERMS_OF_RULES_1);
  };
  decideAll();
  return best(decideAll) / commands.length;
}

/** The history of a heavy user: some recharges, and consumptions, a tenth of them settled pre-deductions. */
function historyOf(size: number): LedgerEvent[] {
  const account = emptyAccount(DEFAULT_POLICY);
  const history: LedgerEvent[] = [];
  for (let index = 0; history.length < size; index++) {
    for (const command of commandsAt(index)) record(account, command, history);
  }
  return history;
}

function record(account: Account, command: LedgerCommand, history: LedgerEvent[]): void {
  const decision = decide(command, account, TERMS_OF_RULES_1);
  if (decision.kind !== 'record')
    throw new Error(`the bench expected events, not ${decision.kind}`);
  for (const event of decision.events) {
    evolve(account, event);
    history.push(event);
  }
}

function commandsAt(index: number): LedgerCommand[] {
  if (index % 50 === 0) return [recharge(index)];
  if (index % 10 !== 9) return [consume(index)];
  return [{ ...consume(index), settleWithin: 3600 }, settle(index)];
}

const envelope = (index: number, kind: string) => ({
  userId: '00000000-0000-4000-8000-000000000001',
  source: '/bench',
  id: `${kind}-${index}`,
  commandId: idOf(index, kind),
  digest: 'd'.repeat(64),
  at: new Date(START_MS + index * 1000).toISOString(),
});

const idOf = (index: number, kind: string): string =>
  `${kind.charCodeAt(0).toString(16).padStart(8, '0')}-0000-5000-8000-${index.toString(16).padStart(12, '0')}`;

const recharge = (index: number): LedgerCommand => ({
  ...envelope(index, 'recharge'),
  type: 'RechargePoints',
  rechargeId: null,
  points: 10_000,
  expiresAt: new Date(START_MS + index * 1000 + 30 * 86_400_000).toISOString(),
  priority: 50,
  sourceId: null,
});

const consume = (index: number): LedgerCommand & { type: 'ConsumePoints' } => ({
  ...envelope(index, 'consume'),
  type: 'ConsumePoints',
  quantity: null,
  overrun: null,
  onTimeout: null,
  sourceType: 'tts',
  points: 12,
  sourceId: 'job',
  duration: 12.5,
  consumptionId: `consume-${index}`,
  settleWithin: null,
});

const settle = (index: number): LedgerCommand => ({
  ...envelope(index, 'settle'),
  type: 'SettleConsumption',
  quantity: null,
  overrun: null,
  consumptionId: `consume-${index}`,
  points: 10,
  duration: 9.5,
});
