import { closeSync, createWriteStream, lstatSync, openSync, readSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { types } from 'node:util';
import { cannotCheckError, orCannotCheck } from '../store/errors.js';

// Files that may be larger than memory.

/** An anchor is a small part of one. */
const CHUNK_BYTES = 1024 * 1024;

/** All of a file or a pipe. What is no UTF-8 shows as such, at its end, too. */
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

/** A pipe gives little at a time. */
function readFully(descriptor: number, bytes: Buffer): number {
  let at = 0;
  for (let more = -1; more !== 0 && at < bytes.length; at += more) {
    more = readSync(descriptor, bytes, at, bytes.length - at, null);
  }
  return at;
}

const orCannotRead = <T>(file: string, read: () => T): T =>
  orCannotCheck(`${file} can't be read`, read);

/** A file that is there stays as it is until the new one is whole. A pipe is written as it comes. */
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

/** And not of where the texts come from. */
const isSystemError = (cause: unknown): boolean => types.isNativeError(cause) && 'syscall' in cause;
