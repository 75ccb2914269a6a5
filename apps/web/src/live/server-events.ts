/** One server-sent event, as the standard reads it. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
}

const LINE_END = /\r\n|\n|\r/;

/** Reads events out of text that comes in pieces, cut anywhere. */
export class ServerEvents {
  #rest = '';
  #lines: string[] = [];

  /** The events that are whole with this piece. */
  read(piece: string): readonly ServerEvent[] {
    const events: ServerEvent[] = [];
    // A \r at the end may be half of a \r\n: it waits for what comes.
    const text = this.#rest + piece;
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(LINE_END);
    this.#rest = (lines.pop() ?? '') + text.slice(whole.length);
    for (const line of lines) {
      if (line !== '') this.#lines.push(line);
      else events.push(...this.#end());
    }
    return events;
  }

  #end(): readonly ServerEvent[] {
    const fields = this.#lines.map(fieldOf);
    this.#lines = [];
    const all = (name: string) => fields.filter((field) => field.name === name);
    const data = all('data').map(({ value }) => value);
    if (data.length === 0) return [];
    const event = all('event').at(-1)?.value ?? 'message';
    return [{ event, data: data.join('\n'), id: all('id').at(-1)?.value ?? null }];
  }
}

function fieldOf(line: string): { readonly name: string; readonly value: string } {
  const colon = line.indexOf(':');
  if (colon < 0) return { name: line, value: '' };
  return { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') };
}
