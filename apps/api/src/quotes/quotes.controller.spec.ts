import { FIRST_BUSINESSES } from '#ledger';
import { quoteAnswer } from '#contracts';
import {
  ALICE,
  BOB,
  bearer,
  openTestApi,
  sendAccepted,
  type TestApi,
  type TokenClaims,
} from '../testing/api-fixture.js';

const price = { points: '3', per: '1000', step: '1000', minimum: 1, rounding: 'up' } as const;
const businesses = [
  ...FIRST_BUSINESSES,
  { code: 'translate', label: '【文档翻译】', unit: 'character', price, retired: false },
  { code: 'render', label: '【渲染】', unit: 'second', price, retired: false },
  { code: 'ocr', label: '【识别】', unit: 'call', price, retired: true },
];

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi({ settings: { version: 4, rules: 2, businesses } });
});
afterEach(() => api.close());

async function ask(body: unknown, claims?: TokenClaims) {
  const headers = { ...(await bearer(claims)), 'content-type': 'application/json' };
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return api.app.inject({ method: 'POST', url: '/v1/quotes', headers, payload });
}

const ALL_FIELDS = ['source_type', 'quantity', 'duration', 'user_id', 'x'];
const translate = { source_type: 'translate', quantity: 2_500 };

async function recharge(points: number): Promise<void> {
  await sendAccepted(api, 'RechargePoints', 'r1', { user_id: ALICE, points, expires_at: null });
  await api.project();
}

describe('A quote', () => {
  it('is the points of a quantity, with the price and the settings that it stands in', async () => {
    const response = await ask(translate);
    expect(response.statusCode).toBe(200);
    expect(quoteAnswer.parse(response.json())).toEqual({
      points: 9,
      price: { unit: 'character', ...price },
      settings: 4,
      affordable: null,
      balance: null,
    });
  });

  it('is what the consumption then costs', async () => {
    await recharge(100);
    const asked = { source_type: 'render', duration: 1_000.5 };
    const { points } = (await ask(asked)).json<{ points: number }>();
    await sendAccepted(api, 'ConsumePoints', 'c1', { user_id: ALICE, ...asked });
    await api.project();
    const after = await ask({ ...asked, user_id: ALICE });
    expect(after.json()).toMatchObject({ points, balance: 100 - points });
  });

  it.each([
    [8, false],
    [9, true],
  ])('says of a balance of %d whether it is enough', async (balance, affordable) => {
    await recharge(balance);
    const response = await ask({ ...translate, user_id: ALICE.toUpperCase() });
    expect(response.json()).toMatchObject({ points: 9, affordable, balance });
  });

  it('finds no points in an account that does not exist', async () => {
    const response = await ask({ ...translate, user_id: BOB });
    expect(response.json()).toMatchObject({ affordable: false, balance: 0 });
  });

  it('tells a user only the own balance', async () => {
    const alice = { sub: ALICE, roles: ['user'] };
    expect((await ask(translate, alice)).statusCode).toBe(200);
    expect((await ask({ ...translate, user_id: ALICE }, alice)).statusCode).toBe(200);
    expect((await ask({ ...translate, user_id: BOB }, alice)).statusCode).toBe(403);
    const auditor = { sub: 'li.wei', roles: ['auditor'] };
    expect((await ask({ ...translate, user_id: BOB }, auditor)).statusCode).toBe(200);
  });

  it.each([
    ['UnknownBusiness', { source_type: 'poetry' }],
    ['UnknownBusiness', { source_type: 'ocr' }],
    ['DurationNotAllowed', { source_type: 'translate', duration: 1 }],
    ['QuantityNotAllowed', { source_type: 'render', quantity: 1, duration: 1 }],
    ['NoPrice', { source_type: 'script' }],
    ['QuantityMissing', { source_type: 'translate' }],
    ['QuantityMissing', { source_type: 'render', duration: null }],
    ['NothingToCharge', { source_type: 'translate', quantity: 0 }],
  ])('is refused by %s, as the consumption would be: %j', async (code, asked) => {
    const response = await ask(asked);
    expect([response.statusCode, response.headers['content-type']]).toEqual([
      422,
      expect.stringContaining('application/problem+json'),
    ]);
    const problem = response.json<{ detail: string }>();
    expect(problem).toMatchObject({ title: 'Quote refused', code });
    expect(problem.detail).not.toContain('new id');
  });

  it.each<[string, string[]]>([
    ['{}', ['source_type']],
    ['{"source_type":"Chat"}', ['source_type']],
    ['{"source_type":["translate"]}', ['source_type']],
    ['{"source_type":"translate","quantity":"5"}', ['quantity']],
    ['{"source_type":"translate","quantity":-1}', ['quantity']],
    ['{"source_type":"translate","quantity":1e400}', ['quantity']],
    ['{"source_type":"translate","quantity":10000000.001}', ['quantity']],
    ['{"source_type":"render","duration":-0.5}', ['duration']],
    ['{"source_type":"render","duration":true}', ['duration']],
    ['{"source_type":"translate","user_id":"alice"}', ['user_id']],
    ['{"source_type":"translate","points":5}', ['points']],
    ['{"source_type":"9","quantity":"a","duration":[],"user_id":1,"x":0}', ALL_FIELDS],
    ['[]', ['body']],
    ['null', ['body']],
  ])('is not given to %s', async (body, fields) => {
    const response = await ask(body);
    expect(response.statusCode).toBe(400);
    const { errors } = response.json<{ errors: { field: string }[] }>();
    expect(errors.map(({ field }) => field)).toEqual(fields);
  });

  it('takes -0 as 0', async () => {
    const response = await ask('{"source_type":"translate","quantity":-0}');
    expect(response.json()).toMatchObject({ code: 'NothingToCharge' });
  });

  it('is refused under rules 1, which have no prices', async () => {
    await api.close();
    api = await openTestApi();
    const response = await ask({ source_type: 'tts', duration: 9 });
    expect(response.json()).toMatchObject({ status: 422, code: 'NoPrice' });
  });
});
