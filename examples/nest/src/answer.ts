import { ConflictException, HttpException, ServiceUnavailableException } from '@nestjs/common';
import {
  isInsufficientPoints,
  type Accepted,
  type CommandResult,
  type Refused,
  type Unknown,
} from '@points-ledger/client';

const PAYMENT_REQUIRED = 402;

/** What the page shows of finished work. */
export interface Done {
  readonly result: string;
  readonly points: number;
  readonly balance: number | null;
}

/** The accepted result, or the answer of HTTP to any other. */
export function acceptedOr(result: CommandResult): Accepted {
  if (result.status === 'accepted') return result;
  throw exceptionOf(result);
}

export function exceptionOf(result: Refused | Unknown): HttpException {
  if (isInsufficientPoints(result)) {
    return new HttpException(`You have ${result.balance} points.`, PAYMENT_REQUIRED);
  }
  if (result.status === 'refused') return new ConflictException(result.detail);
  // The page asks again with the same task, and is charged once.
  return new ServiceUnavailableException('Please try again.');
}
