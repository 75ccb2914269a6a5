import { closeSync, createWriteStream, lstatSync, openSync, readSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { types } from 'node:util';
import { cannotCheckError, orCannotCheck } from '../store/errors.js';

// These files may be larger than memory, so they are read and written in chunks.

/** An anchor is much smaller than one chunk. */
const CHUNK_BYTES = 1024 * 1024;

/** Reads a file or a pipe. Invalid UTF-8 gives replacement characters, also at the end. */
export function* readChunks(file: string): Generator<string, undefined, undefined> {
  const decoder = new StringDecoder('utf8');
  const descriptor = orCannotRead(file, () => openSync(file, 'r'));
  try {
    const bytes = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let isEnd = false; !isEnd;) {
      const length = orCannotRead(file, () => readFully(descriptor, bytes));
      isEnd = length < bytes.length;
      const chunk = decoder.write(bytes.subarray(0, length));
      yield isEnd ? chunk + decoder.end() : chunk;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Reads until the buffer is full or the file ends, because a pipe returns little at a time. */
function readFully(descriptor: number, bytes: Buffer): number {
  let at = 0;
  for (let more = -1; more !== 0 && at < bytes.length; at += more) {
    more = readSync(descriptor, bytes, at, bytes.length - at, null);
  }
  return at;
}

const orCannotRead = <T>(file: string, read: () => T): T =>
  orCannotCheck(`${file} can't be read`, read);

/** Replaces a file only when the new one is complete. A pipe is written directly. */
export async function writeFileAtomically(
  file: string,
  texts: AsyncIterable<string>,
): Promise<void> {
  const part = isRegularFile(file) ? `${file}.part` : file;
  try {
    await pipeline(texts, createWriteStream(part));
    if (part !== file) await rename(part, file);
  } catch (cause) {
    if (part !== file) await rm(part, { force: true });
    throw isSystemError(cause) ? cannotCheckError(`${file} can't be written`, cause) : cause;
  }
}

const isRegularFile = (file: string): boolean =>
  lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? true;

/** Errors of the source of the texts have no `syscall`. */
const isSystemError = (cause: unknown): boolean => types.isNativeError(cause) && 'syscall' in cause;
