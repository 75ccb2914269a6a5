import { types } from 'node:util';
import { causesOf } from './external-errors.js';

const MESSAGE_CHARACTERS_MAX = 1_000;
const STACK_CHARACTERS_MAX = 4_000;
const CAUSES_MAX = 5;

export interface ErrorSummary {
  readonly type: string;
  /** Its message, and those of its causes. */
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
}

/** An error for a log line: its causes in one message, and its stack on request. */
export function summarizeError(error: Error, withStack: boolean): ErrorSummary {
  const errors = [error, ...causeChain(error)];
  const code = errors.map(codeOf).find((one) => one !== undefined);
  return {
    // Some libraries set no name on their errors, but throw a class of their own.
    type: /^error$/i.test(error.name) ? error.constructor.name : error.name,
    message: joinMessages(errors),
    ...(code !== undefined && { code }),
    ...(withStack && { stack: stackOf(errors) }),
  };
}

/** The message of an error and those of its causes, in one line. */
export const errorMessageWithCauses = (error: Error): string =>
  joinMessages([error, ...causeChain(error)]);

/** The message of the innermost cause: errors with the same root cause are the same incident. */
export function rootCauseMessage(error: Error): string {
  const errors = [error, ...causeChain(error)];
  return errors.findLast(({ message }) => message !== '')?.message ?? error.name;
}

function causeChain(error: Error): readonly Error[] {
  const found: Error[] = [];
  let next: unknown = causesOf(error)[0];
  while (types.isNativeError(next) && found.length < CAUSES_MAX && !found.includes(next)) {
    found.push(next);
    next = causesOf(next)[0];
  }
  return found;
}

function joinMessages(errors: readonly Error[]): string {
  let joined = '';
  for (const { message } of errors) {
    if (message === '' || joined.includes(message)) continue;
    joined = joined === '' ? message : `${joined}: ${message}`;
  }
  return truncate(joined, MESSAGE_CHARACTERS_MAX);
}

function stackOf(errors: readonly Error[]): string {
  const stacks = errors.map(({ stack, message }) => stack ?? message);
  return truncate(stacks.join('\ncaused by: '), STACK_CHARACTERS_MAX);
}

function codeOf(error: Error): string | number | undefined {
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
}

const truncate = (text: string, charactersMax: number): string =>
  text.length <= charactersMax ? text : `${text.slice(0, charactersMax)}…`;
