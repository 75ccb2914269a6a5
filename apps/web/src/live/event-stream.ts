/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
}

const LINE_END = /\r\n|\n|\r/;

/**
 * Parses server-sent events from text that arrives in chunks, cut anywhere. The package eventsource-parser
 * would do the same; its `source` export is TypeScript that our own `source` condition would select.
 */
export class EventStreamParser {
  #incomplete = '';
  #lines: string[] = [];

  /** Returns the events that this chunk completes. */
  read(chunk: string): readonly ServerEvent[] {
    const events: ServerEvent[] = [];
    // A \r at the end may be the first half of a \r\n, so it waits for the next chunk.
    const text = this.#incomplete + chunk;
    const complete = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = complete.split(LINE_END);
    this.#incomplete = (lines.pop() ?? '') + text.slice(complete.length);
    for (const line of lines) {
      if (line !== '') this.#lines.push(line);
      else events.push(...this.#takeEvent());
    }
    return events;
  }

  #takeEvent(): readonly ServerEvent[] {
    const fields = this.#lines.map(parseField);
    this.#lines = [];
    const all = (name: string) => fields.filter((field) => field.name === name);
    const data = all('data').map(({ value }) => value);
    if (data.length === 0) return [];
    const event = all('event').at(-1)?.value ?? 'message';
    return [{ event, data: data.join('\n'), id: all('id').at(-1)?.value ?? null }];
  }
}

function parseField(line: string): { readonly name: string; readonly value: string } {
  const colon = line.indexOf(':');
  if (colon < 0) return { name: line, value: '' };
  return { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') };
}
