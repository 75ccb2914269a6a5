import type { Business } from '../settings/business.js';
import {
  HELD,
  consume,
  consumed,
  extend,
  extended,
  givenRules2,
  recharged,
  refunded,
  refused,
  returnOf,
  settle,
  settled,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });

const business = (code: string, unit: string, points: string, change = {}): Business => ({
  code,
  label: `【${code}】`,
  unit,
  price: { points, per: '1', step: null, minimum: 1, rounding: 'up' },
  retired: false,
  ...change,
});

const chat = business('chat', 'token', '2');
const sing = business('sing', 'call', '8', { label: '唱歌' });
const render = business('render', 'second', '0.5');
const old = business('old', 'call', '1', { retired: true });

const frozen = ({ unit, price }: Business) => ({ settings: 3, unit, ...price! });
const rich = () => givenRules2(recharged(1, 1_000)).with(chat, sing, render, old);

describe('a consumption without points', () => {
  it('costs what its quantity costs, and says by which price', () => {
    rich()
      .when(consume(null, { sourceType: 'chat', quantity: 21 }))
      .then(
        consumed([draw(1, 42)], {
          sourceType: 'chat',
          quantity: 21,
          price: frozen(chat),
          priced: true,
        }),
      );
  });

  it('is one call where it tells no quantity', () => {
    rich()
      .when(consume(null, { sourceType: 'sing' }))
      .then(
        consumed([draw(1, 8)], {
          sourceType: 'sing',
          label: '唱歌',
          quantity: 1,
          price: frozen(sing),
          priced: true,
        }),
      );
  });

  it('counts its seconds where it is billed by the second', () => {
    rich()
      .when(consume(null, { sourceType: 'render', duration: 9 }))
      .then(
        consumed([draw(1, 5)], {
          sourceType: 'render',
          duration: 9,
          quantity: 9,
          price: frozen(render),
          priced: true,
        }),
      );
  });

  it.each([
    ['UnknownBusiness', { sourceType: 'poetry' }, { sourceType: 'poetry' }],
    ['UnknownBusiness', { sourceType: 'old' }, { sourceType: 'old' }],
    ['DurationNotAllowed', { sourceType: 'chat', duration: 1 }, { sourceType: 'chat' }],
    ['QuantityNotAllowed', { sourceType: 'render', quantity: 1 }, { sourceType: 'render' }],
    ['NoPrice', { sourceType: 'script' }, { sourceType: 'script' }],
    ['QuantityMissing', { sourceType: 'chat' }, { sourceType: 'chat' }],
    ['QuantityMissing', { sourceType: 'render' }, { sourceType: 'render' }],
    ['NothingToCharge', { sourceType: 'chat', quantity: 0 }, {}],
    ['PriceTooHigh', { sourceType: 'chat', quantity: 500_000_001 }, {}],
    [
      'InsufficientPoints',
      { sourceType: 'chat', quantity: 501 },
      { balance: 1_000, asked: 1_002, owed: 0 },
    ],
  ] as const)('is refused by %s: %j', (code, asked, details) => {
    rich().when(consume(null, asked)).thenRefused(code, details);
  });
});

describe('a consumption with points', () => {
  it('costs them, and notes the quantity', () => {
    rich()
      .when(consume(3, { sourceType: 'chat', quantity: 21 }))
      .then(consumed([draw(1, 3)], { sourceType: 'chat', quantity: 21 }));
  });

  it('freezes the price when it is a pre-deduction', () => {
    rich()
      .when(consume(3, { sourceType: 'chat', settleWithin: 60 }))
      .then(
        consumed([draw(1, 3)], {
          sourceType: 'chat',
          settleBy: '2030-01-01 12:01',
          price: frozen(chat),
          ...HELD,
        }),
      );
  });

  it('that nobody names has the id of its command', () => {
    const asked = rich().when(consume(3, { consumptionId: null }));
    asked.then(consumed([draw(1, 3)], { consumptionId: asked.command.commandId }));
  });

  it('is refused where as many are open as may be', () => {
    rich()
      .under({ openMax: 1 })
      .when(consume(1, { settleWithin: 60 }))
      .then(consumed([draw(1, 1)], { settleBy: '2030-01-01 12:01', ...HELD }))
      .when(consume(1, { consumptionId: 'b', settleWithin: 60 }))
      .thenRefused('TooManyOpen')
      .when(consume(1, { consumptionId: 'b' }))
      .then(consumed([draw(1, 1)], { consumptionId: 'b' }));
  });
});

const DAY = 86_400;
const heldChat = (quantity: number | null = 10, points = 20) =>
  givenRules2(
    recharged(1, 1_000),
    consumed([draw(1, points)], {
      sourceType: 'chat',
      settleBy: '2030-01-02',
      quantity,
      price: frozen(chat),
      priced: quantity !== null,
      ...HELD,
    }),
  ).with(business('chat', 'token', '99'), render);

describe('a settlement without points', () => {
  it('costs what its quantity costs by the price that was frozen', () => {
    heldChat()
      .when(settle(null, { quantity: 12 }))
      .then(
        consumed([draw(1, 4)], { of: 1, sourceType: 'chat' }),
        settled(1, 20, 24, { quantity: 12 }),
      );
  });

  it('may cost nothing', () => {
    heldChat()
      .when(settle(null, { quantity: 0 }))
      .then(
        refunded(1, 'overestimated', [returnOf(1, 20)], { sourceType: 'chat' }),
        settled(1, 20, 0, { quantity: 0 }),
      );
  });

  it('needs a quantity, and a price that was frozen', () => {
    heldChat().when(settle(null)).thenRefused('QuantityMissing', { sourceType: 'chat' });
    heldChat()
      .when(settle(null, { duration: 1 }))
      .thenRefused('DurationNotAllowed', { sourceType: 'chat' });
    givenRules2(recharged(1, 10), consumed([draw(1, 5)], { settleBy: '2030-01-02', ...HELD }))
      .when(settle(null, { quantity: 1 }))
      .thenRefused('NoPrice', { sourceType: 'script' });
    heldChat()
      .when(settle(null, { quantity: 500_000_001 }))
      .thenRefused('PriceTooHigh');
  });
});

describe('an extension', () => {
  const more = (points: number, quantity: number | null, settleBy: string) =>
    consumed([draw(1, points)], { of: 1, sourceType: 'chat', quantity, settleBy });

  it('keeps a pre-deduction open for longer', () => {
    heldChat()
      .when(extend({ settleWithin: 2 * DAY }))
      .then(extended(1, '2030-01-03 12:00', 20, { quantity: 10 }))
      .when(settle(20, { at: '2030-01-03' }))
      .then(settled(1, 20, 20));
  });

  it('never makes it shorter', () => {
    heldChat()
      .when(extend({ settleWithin: 60 }))
      .then(extended(1, '2030-01-02', 20, { quantity: 10 }));
  });

  it('holds the price of the whole quantity less that of the quantity so far', () => {
    heldChat()
      .when(extend({ quantity: 2.5 }))
      .then(more(5, 2.5, '2030-01-02'), extended(1, '2030-01-02', 25, { quantity: 12.5 }))
      .holds({ balance: 975, held: 25 });
  });

  it('holds exactly that also where both prices are larger than a number can hold', () => {
    const gold = business('gold', 'token', '999.999', {
      price: { points: '999.999', per: '0.000001', step: null, minimum: 1, rounding: 'down' },
    });
    givenRules2(
      recharged(1, 2_000),
      consumed([draw(1, 5)], {
        sourceType: 'gold',
        settleBy: '2030-01-02',
        quantity: 9_500_000,
        price: frozen(gold),
        ...HELD,
      }),
    )
      .with(gold)
      .when(extend({ quantity: 0.000001 }))
      .then(
        consumed([draw(1, 999)], {
          of: 1,
          sourceType: 'gold',
          quantity: 0.000001,
          settleBy: '2030-01-02',
        }),
        extended(1, '2030-01-02', 1_004, { quantity: 9_500_000.000001 }),
      );
  });

  it('moves no points where the price stays the same', () => {
    heldChat()
      .when(extend({ quantity: 0 }))
      .then(extended(1, '2030-01-02', 20, { quantity: 10 }));
  });

  it('leaves points that were told on top', () => {
    heldChat(null, 7)
      .when(extend({ quantity: 3 }))
      .then(more(6, 3, '2030-01-02'), extended(1, '2030-01-02', 13, { quantity: 3 }));
    heldChat()
      .when(extend({ points: 9, quantity: 5 }))
      .then(more(9, 5, '2030-01-02'), extended(1, '2030-01-02', 29, { quantity: 15 }));
  });

  it('times out, is settled and is refunded as a whole', () => {
    heldChat()
      .when(extend({ points: 9, settleWithin: 2 * DAY }))
      .then(
        more(9, null, '2030-01-03 12:00'),
        extended(1, '2030-01-03 12:00', 29, { quantity: 10 }),
      )
      .when(settle(25, { at: '2030-01-03 13:00' }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 9), returnOf(1, 20)], { sourceType: 'chat' }),
        consumed([draw(1, 25)], { of: 1, sourceType: 'chat' }),
        settled(1, 29, 25, { durationOf: 5 }),
      );
  });

  it('lets it be open for 30 days at most', () => {
    const began = '2030-01-31T08:00:00.000Z';
    heldChat()
      .when(extend({ settleWithin: 30 * DAY - 4 * 3_600 }))
      .then(extended(1, began, 20, { quantity: 10 }))
      .when(extend({ settleWithin: 30 * DAY - 4 * 3_600 + 1 }))
      .thenRefused('HoldTooLong', { latest: began });
  });

  it('is for what is open', () => {
    heldChat()
      .when(extend({ settleWithin: 60, consumptionId: 'other' }))
      .thenRefused('UnknownConsumption', { consumptionId: 'other' });
    heldChat()
      .when(extend({ settleWithin: 60, at: '2030-01-02' }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 20)], { sourceType: 'chat' }),
        refused('ConsumptionTimedOut', { consumptionId: 'work' }),
      );
    heldChat()
      .when(settle(20))
      .then(settled(1, 20, 20))
      .when(extend({ settleWithin: 60 }))
      .thenRefused('ConsumptionClosed', { consumptionId: 'work' });
  });

  it('is refused where it costs too much, or more than there is', () => {
    heldChat()
      .when(extend({ points: 981 }))
      .thenRefused('InsufficientPoints', { balance: 980, asked: 981, owed: 0 });
    heldChat()
      .when(extend({ points: 999_999_981 }))
      .thenRefused('PriceTooHigh');
    heldChat()
      .when(extend({ points: 1, quantity: 9_999_991 }))
      .thenRefused('PriceTooHigh');
    heldChat()
      .when(extend({ duration: 1 }))
      .thenRefused('DurationNotAllowed', { sourceType: 'chat' });
  });

  it('is refused where the open ones hold as many draws as they may, unless no points move', () => {
    const full = heldChat().under({ openDrawsMax: 1, openMax: 0 });
    full.when(extend({ points: 1 })).thenRefused('TooManyOpen');
    full
      .when(extend({ settleWithin: DAY }))
      .then(extended(1, '2030-01-02 12:00', 20, { quantity: 10 }));
  });

  it('needs a frozen price for a quantity', () => {
    givenRules2(recharged(1, 10), consumed([draw(1, 5)], { settleBy: '2030-01-02', ...HELD }))
      .when(extend({ quantity: 1 }))
      .thenRefused('NoPrice', { sourceType: 'script' });
  });
});
