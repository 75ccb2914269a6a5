import { HttpException } from '@nestjs/common';
import { AccountDamaged, DecisionFailed, RetryableCommandError } from '#commands';
import { PermanentStoreError } from '#event-store';
import { invalidRequest } from './problem.js';
import { toProblem } from './error-to-problem.js';

const coded = (code: string): Error => Object.assign(new Error('at 10.1.2.3'), { code });

describe('an error', () => {
  it.each([
    [
      'a problem that somebody threw',
      invalidRequest([{ field: 'x', reason: 'is bad' }]),
      400,
      false,
    ],
    ['no room at the desk', new RetryableCommandError('overloaded', 'No room'), 503, true],
    ['a store that can not be read', new RetryableCommandError('store-away', 'Away'), 503, true],
    [
      'an outcome that is not known',
      new RetryableCommandError('outcome-unknown', 'Unknown'),
      503,
      true,
    ],
    ['a desk that is closing', new RetryableCommandError('closing', 'Closing'), 503, false],
    ['a body too large', new HttpException('x', 413), 413, false],
    ['a body that is not JSON', new HttpException('x', 415), 415, false],
    ['an address with nothing at it', new HttpException('x', 404), 404, false],
    ['a framework that fails', new HttpException('x', 500), 500, true],
    ['a refused connection', coded('ECONNREFUSED'), 503, true],
    ['a database that shuts down', coded('57P01'), 503, true],
    ['a database with too many connections', coded('53300'), 503, true],
    ['a lost connection of pg', new Error('Connection terminated unexpectedly'), 503, true],
    ['trouble behind trouble', new Error('x', { cause: coded('ECONNRESET') }), 503, true],
    ['an unknown host on every address', new AggregateError([coded('ENOTFOUND')]), 503, true],
    ['a broken statement', coded('42601'), 500, true],
    ['a damaged account', new AccountDamaged('points-x', 7, 'a hole'), 500, true],
    ['rules that failed', new DecisionFailed('points-x', 'id'), 500, true],
    ['a store that refuses', new PermanentStoreError('stream-deleted', 'x'), 500, true],
    ['a bug', new TypeError('x of undefined'), 500, true],
    ['what is no error', 'thrown text', 500, true],
  ])('is told as a status: %s', (_, error, status, isTrouble) => {
    const told = toProblem(error);
    expect([told.problem.status, told.isReportable]).toEqual([status, isTrouble]);
    expect(JSON.stringify(told.problem.details)).not.toContain('10.1.2.3');
    expect(told.problem.details.retryAfterSeconds !== undefined).toBe(status === 503);
  });

  it.each([
    ['of a stream', new PermanentStoreError('stream-deleted', 'x')],
    [
      'of an account',
      new AccountDamaged('points-x', 0, 'gone', {
        cause: new PermanentStoreError('stream-truncated', 'x'),
      }),
    ],
  ])('that events are gone is told as damage of the account: %s', (_, error) => {
    const { name, detail } = toProblem(error).problem.details;
    expect([name, detail]).toEqual([
      'account-damaged',
      'Its events were deleted, or can not be read any more. It is being reported.',
    ]);
  });

  it('that goes round in circles ends', () => {
    const error = new Error('x');
    error.cause = error;
    expect(toProblem(error).problem.status).toBe(500);
  });
});
