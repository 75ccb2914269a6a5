import { types } from 'node:util';
import { causesOf } from './external-errors.js';

const MESSAGE_CHARACTERS_MAX = 1_000;
const STACK_CHARACTERS_MAX = 4_000;
const CAUSES_MAX = 5;

export interface ErrorSummary {
  readonly type: string;
  /** What it says, and what those behind it say. */
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
}

/** An error for a line of the log: its causes in one sentence, and its stack where that is wanted. */
export function summarizeError(error: Error, withStack: boolean): ErrorSummary {
  const errors = [error, ...causeChain(error)];
  const code = errors.map(codeOf).find((one) => one !== undefined);
  return {
    // A library that gives its errors no name of their own has at least a class.
    type: /^error$/i.test(error.name) ? error.constructor.name : error.name,
    message: joinMessages(errors),
    ...(code !== undefined && { code }),
    ...(withStack && { stack: stackOf(errors) }),
  };
}

/** What it says, and what those behind it say, as one sentence. */
export const errorMessageWithCauses = (error: Error): string =>
  joinMessages([error, ...causeChain(error)]);

/** The last of those behind it: two errors with the same root tell of the same trouble. */
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
