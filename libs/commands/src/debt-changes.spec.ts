import { fixedSettings } from '#settings/testing';
import type { LedgerCommand } from '#ledger';
import type { DebtChange } from './debt-changes.js';
import { consume, expire, openProcessor, recharge, run, secondsLater } from './testing/index.js';

const hold = (id: string, points: number): LedgerCommand => ({
  ...consume(id, points),
  settleWithin: 60,
  consumptionId: id,
});

const base = (id: string) => expire(id);

const settle = (id: string, consumptionId: string, points: number): LedgerCommand => ({
  ...base(id),
  type: 'SettleConsumption',
  consumptionId,
  points,
  quantity: null,
  duration: null,
  overrun: null,
});

const refund = (id: string, consumptionId: string): LedgerCommand => ({
  ...base(id),
  type: 'RefundPoints',
  consumptionId,
  points: null,
  reason: null,
});

const reverse = (id: string, rechargeId: string, shortfall: 'owe' | 'clamp'): LedgerCommand => ({
  ...base(id),
  type: 'ReverseRecharge',
  rechargeId,
  points: null,
  cause: 'chargeback',
  shortfall,
  reason: null,
});

const reinstate = (id: string, rechargeId: string): LedgerCommand => ({
  ...base(id),
  type: 'ReinstateRecharge',
  rechargeId,
  points: null,
  reason: null,
});

const named = (id: string, points: number): LedgerCommand =>
  ({ ...recharge(id, points), rechargeId: id }) as LedgerCommand;

async function changesOf(...commands: LedgerCommand[]): Promise<DebtChange[]> {
  const { processor, observed } = openProcessor({
    settings: fixedSettings({ rules: 2, policy: { owedMax: 50 } }),
  });
  for (const { answer } of await run(processor, ...commands)) {
    if (answer.status !== 'accepted') throw new Error(`${answer.code}`);
  }
  return observed('debtsChanged').flatMap(([changes]) => changes as DebtChange[]);
}

const of = (business: string | null) => (kind: string, points: number) => ({
  kind,
  business,
  points,
});
const script = of('script');
const ofRecharge = of(null);

describe('What commands report of debts', () => {
  it('is the debt of a settlement and what nobody will pay, of the business', async () => {
    const changes = await changesOf(recharge('r', 100), hold('c', 100), settle('s', 'c', 180));
    expect(changes).toEqual([script('owed', 50), script('uncollected', 30)]);
  });

  it('is what a recharge pays of it, and what a refund forgives', async () => {
    const changes = await changesOf(
      recharge('r', 100),
      hold('c', 100),
      settle('s', 'c', 130),
      recharge('r2', 20),
      refund('f', 'c'),
    );
    expect(changes).toEqual([script('owed', 30), script('collected', 20), script('forgiven', 10)]);
  });

  it('is what a reversal takes, owes or leaves uncollected, and what undoes it', async () => {
    const spent = [named('r', 100), consume('c', 70)];
    expect(await changesOf(...spent, reverse('v', 'r', 'owe'), reinstate('i', 'r'))).toEqual([
      ofRecharge('reversed', 100),
      ofRecharge('owed', 50),
      ofRecharge('uncollected', 20),
      ofRecharge('forgiven', 50),
      ofRecharge('reinstated', 100),
    ]);
    expect(await changesOf(...spent, reverse('v', 'r', 'clamp'))).toEqual([
      ofRecharge('reversed', 100),
      ofRecharge('uncollected', 70),
    ]);
  });

  it('is nothing of a repeat, of a settlement that is paid, or of rules 1', async () => {
    const paid = [recharge('r', 100), hold('c', 50), settle('s', 'c', 100), settle('s', 'c', 100)];
    expect(await changesOf(...paid)).toEqual([]);
    const { processor, observed } = openProcessor();
    await run(processor, ...paid, expire('e', { at: secondsLater(60) }));
    expect(observed('debtsChanged')).toEqual([]);
  });
});
