import { repeatAnswer, answerTo, answerUnrecorded } from './answer.js';
import type { LedgerEvent, NonEmpty } from './events.js';
import {
  consume,
  expire,
  given,
  recharge,
  recharged,
  refund,
  settle,
  USER,
} from '../testing/scenario.js';
import type { DecidedCommand } from '../testing/scenario.js';

function eventsOf({ decision }: DecidedCommand): NonEmpty<LedgerEvent> {
  if (decision.kind !== 'record') throw new Error(`nothing was recorded: ${decision.kind}`);
  return decision.events;
}

const nothing = {
  code: null,
  details: null,
  batchId: null,
  consumptionId: null,
  rechargeId: null,
  points: null,
  collected: null,
  uncollected: null,
  owed: 0,
  replayed: false,
};

const now = (balance: number, owed = 0) => ({ balance, owed });

describe('the answer', () => {
  it('to a recharge names its batch, and the revision of its last event', () => {
    const asked = given(recharged(1, 5, { expiresAt: '2030-01-02' })).when(
      recharge(7, { at: '2030-01-02' }),
    );
    const events = eventsOf(asked);
    expect(answerTo(asked.command, events, 1)).toEqual({
      ...nothing,
      status: 'accepted',
      balance: 7,
      points: 7,
      rechargeId: asked.command.commandId,
      batchId: 'batchId' in events[1]! && events[1].batchId,
      revision: 2,
    });
  });

  it('to a consumption names it', () => {
    const asked = given(recharged(1, 5)).when(consume(4));
    expect(answerTo(asked.command, eventsOf(asked), 1)).toEqual({
      ...nothing,
      status: 'accepted',
      balance: 1,
      points: 4,
      consumptionId: 'work',
      revision: 1,
    });
  });

  it('to a refused command says why, with the balance after time has passed', () => {
    const asked = given(recharged(1, 5, { expiresAt: '2030-01-02' })).when(
      consume(4, { at: '2030-01-02' }),
    );
    expect(answerTo(asked.command, eventsOf(asked), 1)).toEqual({
      ...nothing,
      status: 'refused',
      code: 'InsufficientPoints',
      details: { balance: 0, asked: 4 },
      balance: 0,
      consumptionId: 'work',
      revision: 2,
    });
  });

  it.each([
    ['settlement', settle(1)],
    ['refund', refund(1)],
  ])('to a %s names the consumption', (_, ask) => {
    const asked = given().when(ask);
    expect(answerTo(asked.command, eventsOf(asked), 0)).toMatchObject({
      code: 'UnknownConsumption',
      consumptionId: 'work',
    });
  });

  it('to ExpirePoints that found something due names neither', () => {
    const asked = given(recharged(1, 5, { expiresAt: '2030-01-02' })).when(
      expire({ at: '2030-01-02' }),
    );
    expect(answerTo(asked.command, eventsOf(asked), 1)).toEqual({
      ...nothing,
      status: 'accepted',
      balance: 0,
      revision: 1,
    });
  });

  it('to ExpirePoints that found nothing is that, with the balance as stored', () => {
    const { command } = given(recharged(1, 5)).when(expire());
    expect(answerUnrecorded(command, { kind: 'nothing' }, now(5), 1)).toEqual({
      ...nothing,
      status: 'accepted',
      balance: 5,
      revision: null,
    });
  });

  it('to a command that came too late is a refusal, with the balance as stored', () => {
    const { command } = given(recharged(1, 5)).when(consume(1));
    expect(answerUnrecorded(command, { kind: 'tooLate' }, now(5), 1)).toEqual({
      ...nothing,
      status: 'refused',
      code: 'TooLate',
      details: {},
      balance: 5,
      consumptionId: 'work',
      revision: null,
    });
  });
});

describe('the answer to a repeat', () => {
  const asked = given(recharged(1, 5)).when(consume(4));
  const events = eventsOf(asked);

  it('is the first answer, with the balance as it was then', () => {
    expect(repeatAnswer(asked.command, events, 1, now(999))).toEqual({
      ...answerTo(asked.command, events, 1),
      replayed: true,
    });
  });

  it('of a refused command is its refusal', () => {
    const refused = given().when(consume(4));
    expect(repeatAnswer(refused.command, eventsOf(refused), 0, now(999))).toMatchObject({
      status: 'refused',
      code: 'InsufficientPoints',
      balance: 0,
      replayed: true,
    });
  });

  it('with another content is refused as a reused id, with the current balance', () => {
    const { command } = given(recharged(1, 5)).when(consume(3));
    expect(command.userId).toBe(USER);
    expect(repeatAnswer(command, events, 1, now(999))).toEqual({
      ...nothing,
      status: 'refused',
      code: 'CommandIdReused',
      details: {},
      balance: 999,
      consumptionId: 'work',
      revision: null,
    });
  });
});
