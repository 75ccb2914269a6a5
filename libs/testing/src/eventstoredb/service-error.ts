import type { ServiceError } from '@grpc/grpc-js';
import { internal } from './rpc-errors.js';

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number';

/** What a handler threw on purpose, or a bug of the double told as such. */
export const asServiceError = (error: unknown): ServiceError =>
  isServiceError(error) ? error : internal(String(error));
