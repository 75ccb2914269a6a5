import { types } from 'node:util';

/** An error of the machine, such as a full disk, or a file or program without permission. */
export function isMachineError(error: unknown): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && 'syscall' in error;
}
