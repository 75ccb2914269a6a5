import type { Writable } from 'node:stream';

/** Where a command prints: what it found on one stream, how far it is on the other. */
export interface Terminal {
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean };
}

const BUFFERED_BYTES_MAX = 1024 * 1024;

/** Waits while the reader is slow: whatever is exported, memory stays as it is. */
export function print(stream: Writable, text: string): Promise<void> | undefined {
  stream.write(text);
  return stream.writableLength > BUFFERED_BYTES_MAX ? untilDrained(stream) : undefined;
}

const untilDrained = (stream: Writable): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      stream.off('drain', settle);
      stream.off('error', settle);
      stream.off('close', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    stream.on('drain', settle);
    stream.on('error', settle);
    stream.on('close', settle);
  });
