import { SenderDirectory, Senders, parseSenders, type Denial } from '#senders';
import {
  ALICE,
  SILENT_OBSERVER,
  bearer,
  openTestApi,
  type TestApi,
} from '../testing/api-fixture.js';

const FILE = {
  senders: [
    { name: 'billing', subjects: ['billing'], types: ['RechargePoints', 'ConsumePoints'] },
    {
      name: 'tts',
      subjects: ['svc-tts'],
      types: ['ConsumePoints', 'RefundPoints'],
      source_types: ['tts'],
      points_max: 100,
      points_per_day_max: 150,
    },
    { name: 'kafka-only', sources: ['/x', 'svc-x'], types: ['RechargePoints'], unsigned: true },
  ],
};

const recharge = { user_id: ALICE, points: 500, expires_at: null };
const consume = (points: number, source_type = 'tts') => ({ user_id: ALICE, points, source_type });

describe('the permissions of senders over HTTP', () => {
  let api: TestApi;
  let denials: Denial[];
  beforeEach(async () => {
    denials = [];
    const parsed = parseSenders(JSON.stringify(FILE), {});
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const senders = new Senders(new SenderDirectory(parsed.value));
    const observer = {
      ...SILENT_OBSERVER,
      commandForbidden: (denial: Denial) => void denials.push(denial),
    };
    api = await openTestApi({ parts: { senders, observer } });
  });
  afterEach(() => api.close());

  let count = 0;
  async function send(sub: string, type: string, body: unknown, roles = ['service'], id?: string) {
    const response = await api.app.inject({
      method: 'POST',
      url: `/v1/commands/${type}`,
      headers: {
        ...(await bearer({ sub, roles })),
        'content-type': 'application/json',
        'idempotency-key': id ?? `id-${count++}`,
      },
      payload: JSON.stringify(body),
    });
    return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
  }

  it('let a subject of a sender send, with the role', async () => {
    expect((await send('billing', 'RechargePoints', recharge)).status).toBe(200);
  });

  it.each([
    ['not listed', 'stranger'],
    ['written in another case', 'Billing'],
    ['a source of Kafka', '/x'],
    ['a source that would be a valid subject', 'svc-x'],
  ])('reject a subject that is %s, because the role is not enough', async (_, subject) => {
    const { status, body } = await send(subject, 'RechargePoints', recharge);
    expect(status).toBe(403);
    expect(body).toMatchObject({
      type: 'urn:points-ledger:problem:not-allowed',
      code: 'NotAllowed',
      detail: `No sender has the subject ${subject} of this token among its subjects.`,
    });
    expect(denials).toMatchObject([{ cause: 'subject', sender: null }]);
  });

  it.each(['计费', 'bill ing', 'bill\u200bing', 'b"c'])(
    'reject a subject that cannot be a command source: %j',
    async (subject) => {
      const { status, body } = await send(subject, 'RechargePoints', recharge);
      expect([status, body['detail']]).toEqual([
        403,
        expect.stringContaining('cannot be the source of a command'),
      ]);
    },
  );

  it('reject any other role, whatever the file says', async () => {
    for (const role of ['user', 'auditor']) {
      expect((await send('billing', 'RechargePoints', recharge, [role])).status).toBe(403);
    }
    expect(denials).toEqual([]);
  });

  it('check the sender before the body is parsed, and what it may send after', async () => {
    expect((await send('stranger', 'RechargePoints', { points: 0 })).status).toBe(403);
    expect((await send('svc-tts', 'RechargePoints', { points: 0 })).status).toBe(400);
    expect((await send('stranger', 'Nonsense', {})).status).toBe(404);
  });

  it.each([
    [
      'type',
      'RechargePoints',
      recharge,
      /may not send RechargePoints: its types are ConsumePoints/,
    ],
    [
      'source_type',
      'ConsumePoints',
      consume(5, 'script'),
      /may not consume for script: its source_types are tts/,
    ],
    [
      'points',
      'ConsumePoints',
      consume(101),
      /may not move 101 points by one command: its points_max is 100/,
    ],
  ])('name the missing permission: %s', async (cause, type, body, words) => {
    await send('billing', 'RechargePoints', recharge);
    const answer = await send('svc-tts', type, body);
    expect(answer.status).toBe(403);
    expect(answer.body['detail']).toMatch(words);
    expect(denials).toMatchObject([{ cause, sender: 'tts' }]);
  });

  it('depend on the account too: the source type of a consumption, and the daily limit', async () => {
    await send('billing', 'RechargePoints', recharge);
    await send('billing', 'ConsumePoints', { ...consume(60, 'script'), consumption_id: 'film' });
    const film = { user_id: ALICE, consumption_id: 'film' };
    expect((await send('svc-tts', 'RefundPoints', film)).body['detail']).toMatch(
      /may not refund a consumption for script/,
    );
    const first = await send('svc-tts', 'ConsumePoints', consume(100), ['service'], 'one');
    expect(first.status).toBe(200);
    const second = await send('svc-tts', 'ConsumePoints', consume(51), ['service'], 'two');
    expect([second.status, second.body['detail']]).toEqual([
      403,
      expect.stringMatching(/2030-06-01 \(UTC\): it moved 100, and its points_per_day_max is 150/),
    ]);
    // The rejected command used no id, and a repeat of the accepted one is answered.
    expect((await send('svc-tts', 'ConsumePoints', consume(50), ['service'], 'two')).status).toBe(
      200,
    );
    const again = await send('svc-tts', 'ConsumePoints', consume(100), ['service'], 'one');
    expect([again.status, again.body['replayed']]).toEqual([200, true]);
  });

  it('do not restrict reads', async () => {
    const { statusCode } = await api.app.inject({
      url: `/v1/users/${ALICE}/balance`,
      headers: await bearer({ sub: 'stranger' }),
    });
    expect(statusCode).toBe(200);
  });
});
