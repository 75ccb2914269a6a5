import { HttpException } from '@nestjs/common';
import { AccountDamaged, RetryableCommandError, isDamagedStream } from '#commands';
import type { PermanentStoreError } from '#event-store';
import { isServerUnavailable } from '#platform/process';
import { Problem, notNow } from './problem.js';

/** What the outside is told of an error; and whether an operator has to be, too. */
export interface Told {
  readonly problem: Problem;
  readonly isTrouble: boolean;
}

const RETRY_AFTER_SECONDS: Record<RetryableCommandError['code'], number> = {
  overloaded: 1,
  'store-away': 2,
  contended: 1,
  'outcome-unknown': 1,
  closing: 2,
};

export function problemOf(error: unknown): Told {
  if (error instanceof Problem) {
    return { problem: error, isTrouble: error.parts.isTrouble === true };
  }
  if (error instanceof RetryableCommandError) {
    const detail = `${error.message}. Send the same request again, with the same Idempotency-Key.`;
    const problem = notNow(error.code, detail, RETRY_AFTER_SECONDS[error.code]);
    return { problem, isTrouble: error.code !== 'closing' };
  }
  if (error instanceof AccountDamaged || isDamagedStream(error)) {
    return { problem: damaged(error), isTrouble: true };
  }
  if (error instanceof HttpException && error.getStatus() < 500) {
    return { problem: ofFramework(error), isTrouble: false };
  }
  if (isServerUnavailable(error)) {
    return { problem: notNow('store-away', 'A store is away.', 2), isTrouble: true };
  }
  return { problem: OUR_FAULT, isTrouble: true };
}

const damaged = (error: AccountDamaged | PermanentStoreError): Problem =>
  new Problem({
    status: 500,
    name: 'account-damaged',
    title: 'This account is damaged',
    detail: `${whatIsDamaged(error)}. It is being reported.`,
  });

function whatIsDamaged(error: AccountDamaged | PermanentStoreError): string {
  if (error instanceof AccountDamaged && !isDamagedStream(error.cause)) {
    return `What is stored at revision ${error.revision} can not have happened`;
  }
  return 'Its events were deleted, or can not be read any more';
}

const OUR_FAULT = new Problem({
  status: 500,
  name: 'our-fault',
  title: 'This is our fault',
  detail: 'Something is wrong with the ledger, and is being reported.',
});

const FRAMEWORK: Readonly<Record<number, { name: string; title: string; detail: string }>> = {
  404: { name: 'not-found', title: 'Not found', detail: 'There is nothing at this address.' },
  413: { name: 'too-large', title: 'Too large', detail: 'A body has at most 64 KiB.' },
  415: { name: 'not-json', title: 'Not JSON', detail: 'Send application/json.' },
};

/** Refused before any of our code ran: by the router, or by the parser of bodies. */
function ofFramework(error: HttpException): Problem {
  const status = error.getStatus();
  const known = FRAMEWORK[status] ?? {
    name: 'bad-request',
    title: 'The request is invalid',
    detail: error.message,
  };
  return new Problem({ status, ...known }, { cause: error });
}
