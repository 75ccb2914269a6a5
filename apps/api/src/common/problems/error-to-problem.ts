import { HttpException } from '@nestjs/common';
import { AccountDamaged, RetryableCommandError, isDamagedStream } from '#commands';
import type { PermanentStoreError } from '#event-store';
import { SettingsUnavailable } from '#settings';
import { isServerUnavailable } from '#platform/process';
import { Problem, serviceUnavailable } from './problem.js';

/** The problem that a client receives for an error, and whether it is reported to operators. */
export interface MappedError {
  readonly problem: Problem;
  readonly isReportable: boolean;
}

const RETRY_AFTER_SECONDS: Record<RetryableCommandError['code'], number> = {
  overloaded: 1,
  'store-away': 2,
  'settings-unknown': 5,
  contended: 1,
  'outcome-unknown': 1,
  closing: 2,
};

export function toProblem(error: unknown): MappedError {
  if (error instanceof Problem) {
    return { problem: error, isReportable: error.details.isReportable === true };
  }
  if (error instanceof RetryableCommandError) {
    const detail = `${error.message}. Send the same request again, with the same Idempotency-Key.`;
    const problem = serviceUnavailable(error.code, detail, RETRY_AFTER_SECONDS[error.code]);
    return { problem, isReportable: error.code !== 'closing' };
  }
  if (error instanceof SettingsUnavailable) {
    return { problem: settingsUnavailable(error), isReportable: true };
  }
  if (error instanceof AccountDamaged || isDamagedStream(error)) {
    return { problem: damagedAccount(error), isReportable: true };
  }
  if (error instanceof HttpException && error.getStatus() < 500) {
    return { problem: frameworkProblem(error), isReportable: false };
  }
  if (isServerUnavailable(error)) {
    return {
      problem: serviceUnavailable('store-away', 'A store is not available.', 2),
      isReportable: true,
    };
  }
  return { problem: INTERNAL_ERROR, isReportable: true };
}

function settingsUnavailable({ code, message }: SettingsUnavailable): Problem {
  const name = code === 'store-away' || code === 'outcome-unknown' ? code : 'settings-unknown';
  return serviceUnavailable(name, `${message}.`, RETRY_AFTER_SECONDS[name]);
}

const damagedAccount = (error: AccountDamaged | PermanentStoreError): Problem =>
  new Problem({
    status: 500,
    name: 'account-damaged',
    title: 'Internal error',
    detail: `${damageDetail(error)}. The error was reported.`,
  });

function damageDetail(error: AccountDamaged | PermanentStoreError): string {
  if (error instanceof AccountDamaged && !isDamagedStream(error.cause)) {
    return `The account is damaged: the event at revision ${error.revision} is not valid`;
  }
  return 'The account is damaged: its events were deleted or cannot be read';
}

const INTERNAL_ERROR = new Problem({
  status: 500,
  name: 'our-fault',
  title: 'Internal error',
  detail: 'An unexpected error occurred and was reported.',
});

const FRAMEWORK_PROBLEMS: Readonly<
  Record<number, { name: string; title: string; detail: string }>
> = {
  404: { name: 'not-found', title: 'Not found', detail: 'There is nothing at this address.' },
  413: { name: 'too-large', title: 'Content too large', detail: 'A body has at most 64 KiB.' },
  415: { name: 'not-json', title: 'Unsupported media type', detail: 'Send application/json.' },
};

/** Errors of the router and of the body parser, which occur before any of our code runs. */
function frameworkProblem(error: HttpException): Problem {
  const status = error.getStatus();
  const known = FRAMEWORK_PROBLEMS[status] ?? {
    name: 'bad-request',
    title: 'Invalid request',
    detail: error.message,
  };
  return new Problem({ status, ...known }, { cause: error });
}
