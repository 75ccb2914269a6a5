import type { Readable } from 'node:stream';

/** Takes what was written to a stream and not read yet. From Node 26 on, one `read` takes one chunk. */
export function bufferedText(stream: Readable): string {
  let text = '';
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk === null) return text;
    text += String(chunk);
  }
}
