import { closeSync, createWriteStream, lstatSync, openSync, readSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { types } from 'node:util';
import { cannot, orCannot } from '../store/errors.js';

// Files that may be larger than memory.

/** An anchor is a small part of one. */
const PIECE_BYTES = 1024 * 1024;

/** All of a file or a pipe. What is no UTF-8 shows as such, at its end, too. */
export function* piecesOf(file: string): Generator<string, undefined, undefined> {
  const decoder = new StringDecoder('utf8');
  const descriptor = reading(file, () => openSync(file, 'r'));
  try {
    const bytes = Buffer.allocUnsafe(PIECE_BYTES);
    for (let isEnd = false; !isEnd;) {
      const length = reading(file, () => fill(descriptor, bytes));
      isEnd = length < bytes.length;
      const piece = decoder.write(bytes.subarray(0, length));
      yield isEnd ? piece + decoder.end() : piece;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** A pipe gives little at a time. */
function fill(descriptor: number, bytes: Buffer): number {
  let at = 0;
  for (let more = -1; more !== 0 && at < bytes.length; at += more) {
    more = readSync(descriptor, bytes, at, bytes.length - at, null);
  }
  return at;
}

const reading = <T>(file: string, read: () => T): T => orCannot(`${file} can't be read`, read);

/** A file that is there stays as it is until the new one is whole. A pipe is written as it comes. */
export async function writeWhole(file: string, texts: AsyncIterable<string>): Promise<void> {
  const part = isOrBecomesFile(file) ? `${file}.part` : file;
  try {
    await pipeline(texts, createWriteStream(part));
    if (part !== file) await rename(part, file);
  } catch (cause) {
    if (part !== file) await rm(part, { force: true });
    throw isOfTheSystem(cause) ? cannot(`${file} can't be written`, cause) : cause;
  }
}

const isOrBecomesFile = (file: string): boolean =>
  lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? true;

/** And not of where the texts come from. */
const isOfTheSystem = (cause: unknown): boolean => types.isNativeError(cause) && 'syscall' in cause;
