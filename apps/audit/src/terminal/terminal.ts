import type { Writable } from 'node:stream';

/** Where a command prints: what it found on one stream, how far it is on the other. */
export interface Terminal {
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean };
}

/** Waits while the reader is slow: whatever is exported, memory stays as it is. */
export async function print(stream: Writable, text: string): Promise<void> {
  if (stream.write(text)) return;
  await new Promise<void>((resolve, reject) => {
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
}
