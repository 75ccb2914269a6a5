import { answerTo, answerUnrecorded, repeatAnswer } from './answer.js';
import type { LedgerEvent, NonEmpty } from './events.js';
import {
  HELD,
  consume,
  consumed,
  expire,
  given,
  givenRules2,
  recharge,
  recharged,
  reinstate,
  reverse,
  reversed,
  settle,
  type DecidedCommand,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const order = { rechargeId: 'order' };

function eventsOf({ decision }: DecidedCommand): NonEmpty<LedgerEvent> {
  if (decision.kind !== 'record') throw new Error(`nothing was recorded: ${decision.kind}`);
  return decision.events;
}

const answerOf = (asked: DecidedCommand) => answerTo(asked.command, eventsOf(asked), 7);

const held = () =>
  givenRules2(recharged(1, 100), consumed([draw(1, 100)], { settleBy: '2030-01-02', ...HELD }));

const owing = () =>
  givenRules2(recharged(1, 10, order), consumed([draw(1, 10)]), reversed(0, 1, 0, { owed: 10 }));

describe('the answer by rules 2', () => {
  it('to a recharge says how much of it was collected, and what is still owed', () => {
    expect(answerOf(owing().when(recharge(4, { rechargeId: 'next' })))).toMatchObject({
      balance: 0,
      points: 4,
      collected: 4,
      owed: 6,
      uncollected: null,
      rechargeId: 'next',
    });
  });

  it('to a settlement says what nobody will pay', () => {
    expect(answerOf(held().under({ owedMax: 20 }).when(settle(150)))).toMatchObject({
      status: 'accepted',
      points: null,
      owed: 20,
      uncollected: 30,
      rechargeId: null,
    });
    expect(answerOf(held().when(settle(90)))).toMatchObject({ points: 10, uncollected: 0 });
  });

  it('to a refused settlement says what is owed, and nothing of what is uncollected', () => {
    expect(answerOf(held().when(settle(150, { overrun: 'refuse' })))).toMatchObject({
      status: 'refused',
      points: null,
      owed: 0,
      uncollected: null,
    });
  });

  it('to a reversal and a reinstatement says what moved', () => {
    const sold = givenRules2(recharged(1, 100, order), consumed([draw(1, 70)]));
    expect(answerOf(sold.when(reverse(null, { shortfall: 'clamp' })))).toMatchObject({
      points: 30,
      uncollected: 70,
      rechargeId: 'order',
      consumptionId: null,
    });
    const back = givenRules2(recharged(1, 100, order), reversed(0, 1, 40)).when(reinstate(15));
    expect(answerOf(back)).toMatchObject({ points: 15, uncollected: null, rechargeId: 'order' });
  });

  it('does not count what fell due', () => {
    const late = held().when(consume(1, { consumptionId: 'b', at: '2030-01-02' }));
    expect(answerOf(late)).toMatchObject({ points: 1, balance: 99 });
    expect(answerOf(held().when(expire({ at: '2030-01-02' })))).toMatchObject({ points: null });
  });
});

describe('the id of a consumption that nobody named', () => {
  const unnamed = consume(1, { consumptionId: null, id: 'job-1' });

  it('is that of its sender by rules 1, and that of the command by rules 2', () => {
    const first = given(recharged(1, 5)).when(unnamed);
    expect(answerOf(first).consumptionId).toBe('job-1');
    const second = givenRules2(recharged(1, 5)).when(unnamed);
    expect(answerOf(second).consumptionId).toBe(second.command.commandId);
  });

  it('is told again as it was told first, also of a refusal', () => {
    const first = given().when(unnamed);
    const now = { balance: 0, owed: 0 };
    const again = repeatAnswer(first.command, eventsOf(first), 0, now);
    expect(again).toMatchObject({
      consumptionId: 'job-1',
      replayed: true,
      code: 'InsufficientPoints',
    });
  });

  it('is told by the rules in force where nothing is recorded', () => {
    const { command } = given().when(unnamed);
    const tooLate = { kind: 'tooLate' } as const;
    const now = { balance: 0, owed: 3 };
    expect(answerUnrecorded(command, tooLate, now, 1).consumptionId).toBe('job-1');
    expect(answerUnrecorded(command, tooLate, now, 2)).toMatchObject({
      consumptionId: command.commandId,
      owed: 3,
    });
  });
});
