import { parseCommandMessage, type ParsedMessage } from './command-message.js';
import type { RawMessage } from './raw-message.js';
import { MESSAGE_BYTES_MAX } from './protocol-names.js';
import { commandMessage } from './outgoing-message.js';

const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const data = { user_id, points: 12, source_type: 'tts', duration: 12.5 };
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const headers = {
  'content-type': Buffer.from('application/json'),
  ce_specversion: Buffer.from('1.0'),
  ce_id: Buffer.from('任务 7'),
  ce_source: Buffer.from('/dubbing'),
  ce_type: Buffer.from('points.ConsumePoints.v1'),
};

const binary = (message: RawMessage = {}): ParsedMessage =>
  parseCommandMessage(
    {
      key: Buffer.from(user_id),
      value: bytes(data),
      ...message,
      headers: { ...headers, ...message.headers },
    },
    1,
  );

const badFields = (parsed: ParsedMessage): string[] =>
  parsed.ok ? [] : parsed.errors.map(({ field }) => field);

const senderOf = (parsed: ParsedMessage): unknown => (parsed.ok ? parsed : parsed.sender);

const command = {
  type: 'ConsumePoints',
  source: '/dubbing',
  id: '任务 7',
  traceparent: null,
  data,
};
const sender = {
  type: 'ConsumePoints',
  source: '/dubbing',
  id: '任务 7',
  userId: user_id,
  traceparent: null,
};

describe('a CloudEvent in binary mode', () => {
  it('is parsed into a command', () => {
    expect(binary()).toEqual({ ok: true, value: command });
  });

  it('is rejected when a field occurs twice, because neither value may be guessed', () => {
    const value = Buffer.from(
      `{"user_id":"${user_id}","points":12,"source_type":"tts","points":1000}`,
    );
    expect(binary({ value })).toEqual({
      ok: false,
      sender: null,
      errors: expect.arrayContaining([
        { field: 'points', reason: 'stands twice in one object: name it once' },
      ]) as unknown,
    });
  });

  it('can have its headers as text or as a list of one', () => {
    const given = { ce_id: ['任务 7'], ce_source: '/dubbing', ce_type: [headers.ce_type] };
    expect(binary({ headers: given })).toEqual({ ok: true, value: command });
  });

  it('can omit content type, time and trace context', () => {
    expect(binary({ headers: { 'content-type': undefined, ce_time: undefined } }).ok).toBe(true);
    const given = { ce_time: '2030-01-31T08:00:00+08:00', ce_traceparent: traceparent };
    expect(binary({ headers: given })).toEqual({ ok: true, value: { ...command, traceparent } });
  });

  it.each([
    '',
    'nonsense',
    `ff${traceparent.slice(2)}`,
    traceparent.replace('b7ad6b7169203331', '0'.repeat(16)),
  ])('drops a malformed trace context: %j', (ce_traceparent) => {
    expect(binary({ headers: { ce_traceparent } })).toEqual({ ok: true, value: command });
  });

  it('can declare its JSON as UTF-8', () => {
    const given = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect(binary({ headers: given }).ok).toBe(true);
  });

  it('is parsed as it is written for a Kafka client', () => {
    const body = { type: 'ExpirePoints', data: { user_id } } as const;
    const {
      key,
      value,
      headers: written,
    } = commandMessage(body, { id: 'x', source: '/demo', traceparent });
    expect(parseCommandMessage({ key, value: Buffer.from(value), headers: written }, 1)).toEqual({
      ok: true,
      value: { ...body, id: 'x', source: '/demo', traceparent },
    });
  });

  it('without any header has no envelope', () => {
    const parsed = parseCommandMessage({ key: Buffer.from(user_id), value: bytes(data) }, 1);
    expect(badFields(parsed)).toEqual(['ce_specversion', 'ce_id', 'ce_source', 'ce_type']);
    expect(senderOf(parsed)).toBeNull();
  });

  it.each([
    ['ce_specversion', undefined],
    ['ce_specversion', '0.3'],
    ['ce_time', 'yesterday'],
    ['ce_time', '2030-12-31T23:59:60Z'],
    ['content-type', 'text/plain'],
    ['content-type', 'application/cloudevents-batch+json'],
    ['content-type', Buffer.from([0xff])],
    ['content-type', ['application/json', 'application/json']],
  ])('reports an invalid %s and identifies the sender: %p', (name, value) => {
    const parsed = binary({ headers: { [name]: value } });
    expect(badFields(parsed)).toEqual([name]);
    expect(senderOf(parsed)).toEqual(sender);
  });

  it.each([
    ['ce_id', undefined],
    ['ce_id', ''],
    ['ce_id', 'x'.repeat(129)],
    ['ce_id', 'x\0'],
    ['ce_id', Buffer.from([0x78, 0xff])],
    ['ce_id', ['x', 'x']],
    ['ce_id', []],
    ['ce_source', null],
    ['ce_source', ''],
    ['ce_source', '\ud83d'],
    ['ce_source', 'api:billing'],
    ['ce_source', 'sweeper:1'],
    ['ce_type', undefined],
    ['ce_type', 'points.StealPoints.v1'],
    ['ce_type', 'points.ConsumePoints.v2'],
    ['ce_type', 'points.ConsumePoints'],
    ['ce_type', 'ConsumePoints'],
    ['ce_type', '__proto__'],
    ['ce_type', 'constructor'],
  ])('reports an invalid %s without identifying the sender: %p', (name, value) => {
    const parsed = binary({ headers: { [name]: value } });
    expect(badFields(parsed)).toEqual([name]);
    expect(senderOf(parsed)).toBeNull();
  });

  it.each([
    'API:demo',
    ' api:demo',
    'api\u200b:demo',
    'aPi:demo',
    'Sweeper:1',
    'IMPORT:old',
    'import:old',
    '\ufeffapi:demo',
    '\u017fweeper:1',
    '/dubbing ',
    '/配音',
    '/e\u0301',
    '/a\\b',
    '/a"b',
    '/a\tb',
    'x'.repeat(129),
  ])('is rejected with the reserved or malformed source %j', (ce_source) => {
    const parsed = binary({ headers: { ce_source } });
    expect(badFields(parsed)).toEqual(['ce_source']);
    expect(senderOf(parsed)).toBeNull();
  });

  it('can have a source that merely contains a reserved prefix', () => {
    for (const source of ['/api:billing', 'apis:billing', 'api', 'sweeper', 'api%3Abilling']) {
      expect(binary({ headers: { ce_source: source } }).ok).toBe(true);
    }
  });

  it('keeps its source unchanged, with capitals and URI escapes', () => {
    const source = "https://TTS.example/a%2fb?c=[d]&e=$(f)'*+,;!@#~_-.";
    expect(binary({ headers: { ce_source: source } })).toEqual({
      ok: true,
      value: { ...command, source },
    });
  });

  it('keeps a byte order mark as part of its id', () => {
    const ce_id = Buffer.from('\ufeffx');
    expect(binary({ headers: { ce_id } })).toMatchObject({ value: { id: '\ufeffx' } });
  });

  it('reports every invalid field of the envelope, the data and the key at once', () => {
    const parsed = binary({
      key: null,
      value: bytes({ user_id: 7, points: '12', source_type: 'script', duration: 1 }),
      headers: { ce_id: '', ce_source: 'api:x', 'content-type': 'text/csv' },
    });
    expect(badFields(parsed)).toEqual([
      'content-type',
      'ce_id',
      'ce_source',
      'user_id',
      'points',
      'duration',
      'key',
    ]);
  });

  it('of an unknown type must still name its user', () => {
    const parsed = binary({ value: bytes({}), headers: { ce_type: 'points.Other.v1' } });
    expect(badFields(parsed)).toEqual(['ce_type', 'user_id']);
  });
});

describe('the value of a message', () => {
  const padded = (length: number): Buffer => Buffer.from(JSON.stringify(data).padEnd(length));

  it('can be 64 KiB long', () => {
    expect(padded(MESSAGE_BYTES_MAX).byteLength).toBe(65_536);
    expect(binary({ value: padded(MESSAGE_BYTES_MAX) }).ok).toBe(true);
  });

  const deep = `{"user_id":"${user_id}","points":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;

  it.each([
    ['is one byte longer', padded(MESSAGE_BYTES_MAX + 1)],
    ['is missing', null],
    ['is empty', Buffer.alloc(0)],
    ['is not JSON', Buffer.from('user_id=7')],
    ['is cut short', bytes(data).subarray(0, -1)],
    ['is not UTF-8', Buffer.concat([bytes(data).subarray(0, -2), Buffer.from([0xff, 0x22, 0x7d])])],
    ['is UTF-16', Buffer.from(JSON.stringify(data), 'utf16le')],
    ['is JSON in single quotes', Buffer.from(`{'user_id':'${user_id}'}`)],
    ['has NaN', Buffer.from(`{"user_id":"${user_id}","points":NaN}`)],
    ['is 32 Ki open brackets', Buffer.from('['.repeat(32_768))],
  ])('that %s has no sender to answer', (_, value) => {
    const parsed = binary({ value });
    expect(badFields(parsed)).toEqual(['value']);
    expect(senderOf(parsed)).toBeNull();
  });

  it('must not be nested deeply, in a known or an unknown field', () => {
    const unknown = deep
      .replace('"points"', '"x"')
      .replace('}', ',"points":1,"source_type":"tts"}');
    expect(badFields(binary({ value: Buffer.from(unknown) }))).toEqual(['x']);
    expect(badFields(binary({ value: Buffer.from(deep) }))).toEqual(['points', 'source_type']);
  });

  it('can begin with a byte order mark', () => {
    expect(binary({ value: Buffer.from(`\ufeff${JSON.stringify(data)}`) }).ok).toBe(true);
  });

  it.each(['null', 'true', '5', '"text"', '[]', '[[]]'])('cannot be %s', (json) => {
    const parsed = binary({ value: Buffer.from(json) });
    expect(badFields(parsed)).toEqual(['data']);
    expect(senderOf(parsed)).toBeNull();
  });

  it('cannot write to a prototype', () => {
    const json = `{"__proto__":${JSON.stringify(data)},"constructor":{"prototype":{"points":1}}}`;
    expect(badFields(binary({ value: Buffer.from(json) }))).toEqual([
      'user_id',
      'points',
      'source_type',
      '__proto__',
      'constructor',
    ]);
  });

  it('with an unknown field is invalid, and its sender is identified', () => {
    const parsed = binary({ value: bytes({ ...data, point: 3 }) });
    expect(badFields(parsed)).toEqual(['point']);
    expect(senderOf(parsed)).toEqual(sender);
  });

  it('is parsed regardless of extension attributes', () => {
    const extensions = {
      ce_partitionkey: 'x',
      ce_dataschema: 'urn:x',
      ce_subject: '7',
      'x-b3': '1',
    };
    expect(binary({ headers: extensions })).toEqual({ ok: true, value: command });
  });

  it('of an unknown type has no unknown fields, because its fields are not defined', () => {
    const parsed = binary({ headers: { ce_type: 'points.Other.v1' } });
    expect(badFields(parsed)).toEqual(['ce_type']);
  });
});

describe('the key of a message', () => {
  it('must be the user in lower case, however the data spell it', () => {
    const value = bytes({ ...data, user_id: user_id.toUpperCase() });
    expect(binary({ value })).toEqual({ ok: true, value: command });
  });

  it.each([
    ['missing', null],
    ['empty', Buffer.alloc(0)],
    ['the user in capitals', Buffer.from(user_id.toUpperCase())],
    ['another user', Buffer.from('00000000-0000-0000-0000-000000000001')],
    ['the user in 16 bytes', Buffer.from(user_id.replaceAll('-', ''), 'hex')],
    ['the user with space around', Buffer.from(`${user_id} `)],
    ['the user behind a byte order mark', Buffer.from(`\ufeff${user_id}`)],
  ])('is invalid when it is %s', (_, key) => {
    const parsed = binary({ key });
    expect(badFields(parsed)).toEqual(['key']);
    expect(senderOf(parsed)).toBeNull();
  });

  it('has no error of its own when only the user is invalid', () => {
    expect(badFields(binary({ value: bytes({ ...data, user_id: 'me' }) }))).toEqual(['user_id']);
  });
});

describe('a message with errors only in its data', () => {
  it('identifies its sender and keeps the trace context', () => {
    const value = bytes({ ...data, points: 5.5, duration: 'long' });
    const parsed = binary({ value, headers: { ce_traceparent: traceparent } });
    expect(parsed).toEqual({
      ok: false,
      errors: [
        { field: 'points', reason: 'must be a whole number from 1 to 1,000,000,000' },
        { field: 'duration', reason: 'must be a number of seconds from 0 to 10,000,000' },
      ],
      sender: { ...sender, traceparent },
    });
  });
});
