/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** The id that the stream has come to. */
  readonly id: string | null;
  /** How long to wait before connecting again, as the stream says. */
  readonly retryMs: number | null;
}

/** Reads `text/event-stream` as the HTML standard defines it. */
export async function* serverEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerEvent, void, undefined> {
  const utf8 = new TextDecoder();
  let rest = '';
  let id: string | null = null;
  let retryMs: number | null = null;
  let event = '';
  let data: string[] = [];
  for await (const chunk of body) {
    rest += utf8.decode(chunk, { stream: true });
    // A line can end with CR LF, of which the second may come with the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0)
          yield { event: event || 'message', data: data.join('\n'), id, retryMs };
        event = '';
        data = [];
        continue;
      }
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'data') data.push(value);
      else if (field === 'event') event = value;
      else if (field === 'id' && !value.includes('\0')) id = value;
      else if (field === 'retry' && /^\d{1,9}$/.test(value)) retryMs = Number(value);
    }
  }
}
