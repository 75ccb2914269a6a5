import { types } from 'node:util';

/** What the machine refused: a full disk, a file that may not be written, a program that may not be run. */
export function isMachineError(error: unknown): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && 'syscall' in error;
}
