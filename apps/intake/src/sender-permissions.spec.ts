import { AccountCommandProcessor } from '#commands';
import { TOPICS, commandMessage, type CommandBody } from '#contracts';
import { signatureOf, signMessage } from '#identity';
import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import type { IncomingMessage, IncomingMessages, OutgoingMessage } from '#kafka';
import { SenderDirectory, Senders, parseSenders, type Denial } from '#senders';
import { fixedSettings } from '#settings/testing';
import { IntakeConsumer } from './intake.consumer.js';

const USER = '7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11';
const OTHER = '0a6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11';
const NOW_MS = Date.parse('2030-01-01T12:00:00.000Z');
const DAY_MS = 86_400_000;

const ENV = {
  TTS_OLD: 'the old key of dubbing, thirty-two bytes',
  TTS_NEW: 'the new key of dubbing, thirty-two bytes',
  BILLING: 'the key of billing, thirty-two bytes long',
};
const OLD = { id: '2026-11', secret: ENV.TTS_OLD };
const NEW = { id: '2026-12', secret: ENV.TTS_NEW };
const BILLING = { id: '2026-11', secret: ENV.BILLING };

const FILE = {
  senders: [
    {
      name: 'tts',
      sources: ['/tts', '/tts/*'],
      types: ['ConsumePoints', 'SettleConsumption', 'RefundPoints'],
      source_types: ['tts'],
      points_max: 100,
      points_per_day_max: 250,
      keys: [
        { id: OLD.id, secret_env: 'TTS_OLD' },
        { id: NEW.id, secret_env: 'TTS_NEW' },
      ],
    },
    {
      name: 'billing',
      sources: ['/billing'],
      types: ['RechargePoints', 'ConsumePoints', 'ExpirePoints'],
      keys: [{ id: BILLING.id, secret_env: 'BILLING' }],
    },
    { name: 'old-app', sources: ['/old'], types: ['ConsumePoints'], unsigned: true },
  ],
};

let offset = 0;

const incoming = (
  message: Pick<OutgoingMessage, 'key' | 'value' | 'headers'>,
  timestampMs = NOW_MS,
): IncomingMessage => ({
  topic: TOPICS.commands,
  partition: 0,
  offset: String(offset++),
  key: message.key === null ? null : Buffer.from(message.key),
  value: message.value === null ? null : Buffer.from(message.value),
  headers: message.headers ?? {},
  timestampMs,
});

const recharge = (points: number, user_id = USER): CommandBody => ({
  type: 'RechargePoints',
  data: { user_id, points, expires_at: null },
});
const consume = (points: number, source_type: 'tts' | 'script' = 'tts'): CommandBody => ({
  type: 'ConsumePoints',
  data: { user_id: USER, points, source_type },
});
const refund = (consumption_id: string, points: number | null = null): CommandBody => ({
  type: 'RefundPoints',
  data: { user_id: USER, consumption_id, points },
});
const settle = (consumption_id: string, points: number): CommandBody => ({
  type: 'SettleConsumption',
  data: { user_id: USER, consumption_id, points },
});

const of = (source: string, body: CommandBody, id: string) => commandMessage(body, { id, source });
const tts = (body: CommandBody, id: string) =>
  signMessage(of('/tts', body, id), TOPICS.commands, NEW);
const billing = (body: CommandBody, id: string) =>
  signMessage(of('/billing', body, id), TOPICS.commands, BILLING);

function open() {
  const parsed = parseSenders(JSON.stringify(FILE), ENV);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const log = new MemoryLog();
  const settings = fixedSettings();
  const store = new MemoryEventStore({ log });
  const processor = new AccountCommandProcessor({ store, settings });
  const sent: OutgoingMessage[] = [];
  const denials: Denial[] = [];
  const intake = new IntakeConsumer({
    execute: (command, origin, options) => processor.run(command, origin, options),
    settings,
    senders: new Senders(new SenderDirectory(parsed.value)),
    sink: { send: async (messages) => void sent.push(...messages) },
    clearCache: () => processor.clearCache(),
    now: () => NOW_MS,
    observer: {
      answered: () => undefined,
      deadLettered: () => undefined,
      forbidden: (denial) => void denials.push(denial),
    },
  });
  const handle = async (...messages: IncomingMessage[]) => {
    sent.length = 0;
    denials.length = 0;
    expect(await intake.handle(messages as unknown as IncomingMessages)).toEqual({ kind: 'all' });
    return {
      reasons: sent.filter(({ topic }) => topic === TOPICS.dead).map(reasonOf),
      outcomes: sent
        .filter(({ topic }) => topic === TOPICS.outcomes)
        .map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>),
      denials: [...denials],
    };
  };
  const isTouched = () => log.size > 0;
  return { handle, isTouched, sent };
}

const reasonOf = ({ headers }: OutgoingMessage): unknown => headers?.['dead-reason'];

const good = tts(consume(5), 'job-1');
const unsigned = of('/tts', consume(5), 'job-1');
const withHeaders = (headers: OutgoingMessage['headers']) => ({
  ...good,
  headers: { ...good.headers, ...headers },
});
const signatureFor = (topic: string, key = USER) =>
  signatureOf(
    {
      topic,
      key,
      id: 'job-1',
      source: '/tts',
      type: 'points.ConsumePoints.v1',
      value: good.value,
    },
    NEW,
  );

/** Messages that a stranger can write to the topic, and the permission that each one lacks. */
const HOSTILE: readonly [string, Pick<OutgoingMessage, 'key' | 'value' | 'headers'>, string][] = [
  ['an unknown source', of('/mint', recharge(1_000_000), 'm-1'), 'source'],
  ['a source in other upper and lower case', of('/TTS', consume(5), 'm-2'), 'source'],
  ['no signature', unsigned, 'unsigned'],
  ['a malformed signature', withHeaders({ 'points-signature': 'none' }), 'signature'],
  ['an empty signature', withHeaders({ 'points-signature': '' }), 'signature'],
  [
    'a signature twice',
    withHeaders({
      'points-signature': [signatureFor(TOPICS.commands), signatureFor(TOPICS.commands)],
    }),
    'signature',
  ],
  [
    'a signature that is not text',
    withHeaders({ 'points-signature': Buffer.from([0xff]) }),
    'signature',
  ],
  [
    'a key that the sender does not have',
    signMessage(unsigned, TOPICS.commands, { ...NEW, id: '2020-01' }),
    'key',
  ],
  [
    'the key of another sender under its own id',
    signMessage(unsigned, TOPICS.commands, BILLING),
    'signature',
  ],
  [
    'a wrong secret',
    signMessage(unsigned, TOPICS.commands, { ...NEW, secret: 'x'.repeat(40) }),
    'signature',
  ],
  [
    'a signature for another topic',
    withHeaders({ 'points-signature': signatureFor('points.test') }),
    'signature',
  ],
  [
    'a signature for another user',
    withHeaders({ 'points-signature': signatureFor(TOPICS.commands, OTHER) }),
    'signature',
  ],
  ['a signature for another id', withHeaders({ ce_id: 'job-2' }), 'signature'],
  [
    'a signature for another source of the sender',
    withHeaders({ ce_source: '/tts/red' }),
    'signature',
  ],
  [
    'a signature for another type',
    withHeaders({ ce_type: 'points.RechargePoints.v1' }),
    'signature',
  ],
  [
    'a signature for another value',
    { ...good, value: good.value.replace('"points":5', '"points":6') },
    'signature',
  ],
  [
    'a signature for the same value in another notation',
    { ...good, value: `${good.value} ` },
    'signature',
  ],
  [
    'the signature of another user’s message',
    { ...good, key: OTHER, value: good.value.replace(USER, OTHER) },
    'signature',
  ],
  ['a type that the sender may not send', tts(recharge(5), 'm-3'), 'type'],
  ['a source type that the sender does not have', tts(consume(5, 'script'), 'm-4'), 'source_type'],
  ['more points than it may move', tts(consume(101), 'm-5'), 'points'],
  ['a type that an unsigned sender may not send', of('/old', recharge(5), 'm-6'), 'type'],
  [
    'an invalid signature of a sender that needs none',
    signMessage(of('/old', consume(5), 'm-7'), TOPICS.commands, NEW),
    'key',
  ],
  [
    'invalid data under another sender’s name',
    { ...unsigned, value: '{"user_id":"' + USER + '","points":0.5}' },
    'unsigned',
  ],
];

describe('A message that its sender may not send', () => {
  it.each(HOSTILE)('reaches no stream and gets no outcome: %s', async (_, message, cause) => {
    const { handle, isTouched, sent } = open();
    const { reasons, outcomes, denials } = await handle(incoming(message));
    expect(reasons).toEqual(['NotAllowed']);
    expect(outcomes).toEqual([]);
    expect(denials).toMatchObject([{ cause }]);
    expect(sent[0]?.headers?.['dead-detail']).toBe(denials[0]?.detail);
    expect(isTouched()).toBe(false);
  });

  it('does not use up the id of its true owner', async () => {
    const { handle } = open();
    await handle(incoming(billing(recharge(1_000), 'r')));
    await handle(incoming(of('/tts', consume(50), 'job-1')), incoming(tts(recharge(9), 'job-1')));
    const { outcomes } = await handle(incoming(good));
    expect(outcomes).toMatchObject([{ command_id: 'job-1', status: 'accepted', balance: 995 }]);
  });

  it('does not hold up the other messages of its batch, in their order', async () => {
    const { handle } = open();
    const { outcomes, reasons } = await handle(
      incoming(billing(recharge(100), 'r')),
      incoming(unsigned),
      incoming(good),
      incoming(tts(consume(101), 'too-much')),
      incoming(tts(consume(3), 'job-3')),
    );
    expect(outcomes.map(({ balance }) => balance)).toEqual([100, 95, 92]);
    expect(reasons).toEqual(['NotAllowed', 'NotAllowed']);
  });

  it('is detected after malformed messages and before invalid data', async () => {
    const { handle } = open();
    const bad = { ...of('/tts', consume(5), 'x'), value: '{' };
    expect((await handle(incoming(bad))).reasons).toEqual(['Invalid']);
    const prefixed = ['API:demo', ' api:demo', 'api\u200b:demo'];
    for (const source of prefixed) {
      const { reasons, outcomes } = await handle(incoming(of(source, recharge(1_000), 'x')));
      expect([reasons, outcomes]).toEqual([['Invalid'], []]);
    }
  });
});

describe('A sender that signs', () => {
  it('gets an outcome for invalid data, and a forger in its name does not', async () => {
    const { handle } = open();
    const data = { user_id: USER, points: 0.5, source_type: 'tts' } as const;
    const signedBadly = tts({ type: 'ConsumePoints', data }, 'job-1');
    const { outcomes, reasons } = await handle(incoming(signedBadly));
    expect(reasons).toEqual(['Invalid']);
    expect(outcomes).toMatchObject([{ command_id: 'job-1', status: 'invalid' }]);
  });

  it('may use either of two keys', async () => {
    const { handle } = open();
    const first = signMessage(of('/tts', consume(1), 'a'), TOPICS.commands, OLD);
    const second = signMessage(of('/tts/red', consume(1), 'b'), TOPICS.commands, NEW);
    const { outcomes } = await handle(incoming(first), incoming(second));
    expect(outcomes).toHaveLength(2);
  });

  it('signs the attributes in the JSON in structured mode', async () => {
    const { handle } = open();
    const event = {
      specversion: '1.0',
      id: 'job-9',
      source: '/billing',
      type: 'points.RechargePoints.v1',
      data: { user_id: USER, points: 7, expires_at: null },
    };
    const value = JSON.stringify(event);
    const { id, source, type } = event;
    const parts = { topic: TOPICS.commands, key: USER, id, source, type, value };
    const headers = {
      'content-type': 'application/cloudevents+json',
      // In structured mode the attributes in headers are ignored.
      ce_source: '/tts',
      'points-signature': signatureOf(parts, BILLING),
    };
    const { outcomes } = await handle(incoming({ key: USER, value, headers }));
    expect(outcomes).toMatchObject([{ command_source: '/billing', balance: 7 }]);
    const forged = value.replace('"points":7', '"points":70');
    expect((await handle(incoming({ key: USER, value: forged, headers }))).reasons).toEqual([
      'NotAllowed',
    ]);
  });

  it('can’t refund or settle a consumption of another source type', async () => {
    const { handle } = open();
    await handle(
      incoming(billing(recharge(1_000), 'r')),
      incoming(billing(consume(60, 'script'), 'film')),
      incoming(
        billing(
          {
            type: 'ConsumePoints',
            data: { user_id: USER, points: 10, source_type: 'script', settle_within: 600 },
          },
          'open',
        ),
      ),
      incoming(tts(consume(10), 'mine')),
    );
    const { denials, outcomes, reasons } = await handle(
      incoming(tts(refund('film'), 'steal-1')),
      incoming(tts(settle('open', 10), 'steal-2')),
      incoming(tts(refund('mine'), 'back')),
    );
    expect(denials.map(({ cause }) => cause)).toEqual(['source_type', 'source_type']);
    expect(reasons).toEqual(['NotAllowed', 'NotAllowed']);
    expect(outcomes).toMatchObject([{ command_id: 'back', status: 'accepted', balance: 930 }]);
  });

  it('can’t exceed its points limit by a refund without points', async () => {
    const { handle } = open();
    await handle(
      incoming(billing(recharge(1_000), 'r')),
      incoming(billing(consume(101), 'dear')),
      incoming(billing(consume(100), 'just')),
    );
    const { denials, outcomes } = await handle(
      incoming(tts(refund('dear'), 'a')),
      incoming(tts(refund('just'), 'b')),
    );
    expect(denials).toMatchObject([{ cause: 'points' }]);
    expect(outcomes).toMatchObject([{ command_id: 'b', status: 'accepted' }]);
  });
});

describe('The daily limit of a sender', () => {
  const day = (n: number) => NOW_MS - n * DAY_MS;

  it('is enforced within one batch too, and starts again on the next day', async () => {
    const { handle } = open();
    await handle(incoming(billing(recharge(10_000), 'r'), day(2)));
    const batch = ['a', 'b', 'c'].map((id) => incoming(tts(consume(100), id), day(1)));
    const { outcomes, denials } = await handle(...batch);
    expect(outcomes).toHaveLength(2);
    expect(denials).toMatchObject([{ cause: 'points_per_day', sender: 'tts' }]);
    expect(denials[0]?.detail).toContain('2029-12-31');
    expect((await handle(incoming(tts(consume(50), 'd'), day(1)))).outcomes).toHaveLength(1);
    expect((await handle(incoming(tts(consume(1), 'e'), day(1)))).denials).toHaveLength(1);
    expect((await handle(incoming(tts(consume(100), 'f'), day(0)))).outcomes).toHaveLength(1);
  });

  it('is not used up by repeats, refusals or redeliveries', async () => {
    const { handle } = open();
    const refused = tts(consume(100), 'poor');
    for (let n = 0; n < 5; n += 1) await handle(incoming(refused));
    await handle(incoming(billing(recharge(10_000), 'r')));
    const first = tts(consume(100), 'a');
    for (let n = 0; n < 5; n += 1) await handle(incoming(first), incoming(first));
    const { outcomes } = await handle(
      incoming(tts(consume(100), 'b')),
      incoming(tts(consume(50), 'c')),
    );
    expect(outcomes).toMatchObject([{ status: 'accepted' }, { status: 'accepted' }]);
    // The limit is reached, and a repeat still gets its first answer.
    expect((await handle(incoming(tts(consume(1), 'd')))).denials).toHaveLength(1);
    const again = await handle(incoming(first));
    expect(again.outcomes).toMatchObject([{ command_id: 'a', replayed: true, balance: 9_900 }]);
  });

  it('counts what a settlement charges beyond its estimate', async () => {
    const { handle } = open();
    await handle(incoming(billing(recharge(10_000), 'r')));
    const estimate: CommandBody = {
      type: 'ConsumePoints',
      data: { user_id: USER, points: 100, source_type: 'tts', settle_within: 600 },
    };
    await handle(incoming(tts(estimate, 'film-1')), incoming(tts(settle('film-1', 80), 's-1')));
    await handle(incoming(tts(estimate, 'film-2')), incoming(tts(settle('film-2', 100), 's-2')));
    const { outcomes } = await handle(incoming(tts(consume(50), 'last')));
    expect(outcomes).toMatchObject([{ status: 'accepted' }]);
    expect((await handle(incoming(tts(consume(1), 'more')))).denials).toHaveLength(1);
  });
});
