import { serverEvents, type ServerEvent } from './event-stream.js';

async function eventsOf(...chunks: readonly (string | Uint8Array)[]): Promise<ServerEvent[]> {
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
  const events: ServerEvent[] = [];
  for await (const event of serverEvents(body())) events.push(event);
  return events;
}

describe('an event stream', () => {
  it('is read whatever its chunks and its line ends are', async () => {
    const text =
      'id: 1\r\nevent: a\r\ndata: 生\r\ndata:成\r\n\r\ndata: x\n\n: comment\n\ndata: y\r\rid\ndata: z\n\n';
    const bytes = Buffer.from(text);
    const whole = await eventsOf(text);
    expect(whole.map(({ event, data, id }) => [event, data, id])).toEqual([
      ['a', '生\n成', '1'],
      ['message', 'x', '1'],
      ['message', 'y', '1'],
      ['message', 'z', ''],
    ]);
    const single = [...bytes].map((byte) => Uint8Array.of(byte));
    expect(await eventsOf(...single)).toEqual(whole);
  });

  it('tells how long to wait, and leaves out an event that is not finished', async () => {
    const events = await eventsOf('retry: 1500\ndata: a\n\nretry: soon\ndata: b\n\ndata: c\n');
    expect(events.map(({ data, retryMs }) => [data, retryMs])).toEqual([
      ['a', 1_500],
      ['b', 1_500],
    ]);
  });
});
