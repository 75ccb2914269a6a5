import { parseCommandMessage, type ParsedMessage } from './command-message.js';

const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const data = { user_id, points: 12, source_type: 'tts', duration: 12.5 };
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const event = {
  specversion: '1.0',
  id: '任务 7',
  source: '/dubbing',
  type: 'points.ConsumePoints.v1',
  datacontenttype: 'application/json',
  data,
};

const structured = (fields: object, contentType = 'application/cloudevents+json'): ParsedMessage =>
  parseCommandMessage(
    {
      key: user_id,
      value: bytes({ ...event, ...fields }),
      headers: { 'content-type': contentType },
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

describe('a CloudEvent in structured mode', () => {
  it('is parsed into a command', () => {
    expect(structured({})).toEqual({ ok: true, value: command });
    expect(structured({ traceparent, time: '2030-01-31T00:00:00Z', extension: 1 })).toEqual({
      ok: true,
      value: { ...command, traceparent },
    });
    expect(structured({ datacontenttype: null, time: null, data_base64: null }).ok).toBe(true);
    expect(structured({}, 'application/cloudevents+json; charset=UTF-8').ok).toBe(true);
  });

  it.each([
    ['specversion', '1.1'],
    ['time', 7],
    ['datacontenttype', 'text/xml'],
    ['datacontenttype', 7],
    ['data_base64', 'e30='],
    ['data_base64', ''],
    ['points', 12.5],
  ])('reports an invalid %s and identifies the sender: %p', (name, value) => {
    const parsed = structured(
      name === 'points' ? { data: { ...data, points: value } } : { [name]: value },
    );
    expect(badFields(parsed)).toEqual([name]);
    expect(senderOf(parsed)).toEqual(sender);
  });

  it.each([
    ['id', 7],
    ['id', null],
    ['source', 'sweeper:1'],
    ['source', ['x']],
    ['type', 'points.ConsumePoints.v0'],
    ['type', {}],
    ['data', undefined],
    ['data', JSON.stringify(data)],
    ['data', [data]],
  ])('reports an invalid %s without identifying the sender: %p', (name, value) => {
    const parsed = structured({ [name]: value });
    expect(badFields(parsed)).toEqual([name]);
    expect(senderOf(parsed)).toBeNull();
  });

  it('rejects data in base64, alone or beside JSON', () => {
    const parsed = structured({ data: undefined, data_base64: bytes(data).toString('base64') });
    expect(badFields(parsed)).toEqual(['data_base64', 'data']);
  });

  it('has no envelope if the value is not an object', () => {
    for (const value of [bytes([event]), bytes(null), Buffer.from('{'), null]) {
      const contentType = { 'content-type': 'application/cloudevents+json' };
      const parsed = parseCommandMessage({ key: user_id, value, headers: contentType }, 1);
      expect(badFields(parsed)).toEqual(['value']);
      expect(senderOf(parsed)).toBeNull();
    }
  });

  it('ignores envelope attributes in headers or a prototype', () => {
    const value = Buffer.from(`{"__proto__":${JSON.stringify(event)}}`);
    const contentType = {
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: event.source,
      ce_type: event.type,
      'content-type': 'application/cloudevents+json',
    };
    expect(
      badFields(parseCommandMessage({ key: user_id, value, headers: contentType }, 1)),
    ).toEqual(['specversion', 'id', 'source', 'type', 'data']);
  });
});
