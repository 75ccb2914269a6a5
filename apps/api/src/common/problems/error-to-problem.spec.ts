import { HttpException } from '@nestjs/common';
import { AccountDamaged, DecisionFailed, RetryableCommandError } from '#commands';
import { PermanentStoreError } from '#event-store';
import { invalidRequest } from './problem.js';
import { toProblem } from './error-to-problem.js';

const coded = (code: string): Error => Object.assign(new Error('at 10.1.2.3'), { code });

describe('an error', () => {
  it.each([
    ['a thrown problem', invalidRequest([{ field: 'x', reason: 'is bad' }]), 400, false],
    [
      'a full command queue',
      new RetryableCommandError('overloaded', 'The queue is full'),
      503,
      true,
    ],
    ['a store that is not available', new RetryableCommandError('store-away', 'Away'), 503, true],
    ['an unknown outcome', new RetryableCommandError('outcome-unknown', 'Unknown'), 503, true],
    [
      'a command processor that shuts down',
      new RetryableCommandError('closing', 'Closing'),
      503,
      false,
    ],
    ['a body too large', new HttpException('x', 413), 413, false],
    ['a body that is not JSON', new HttpException('x', 415), 415, false],
    ['an unknown address', new HttpException('x', 404), 404, false],
    ['a failure of the framework', new HttpException('x', 500), 500, true],
    ['a refused connection', coded('ECONNREFUSED'), 503, true],
    ['a database that shuts down', coded('57P01'), 503, true],
    ['a database with too many connections', coded('53300'), 503, true],
    ['a lost connection of pg', new Error('Connection terminated unexpectedly'), 503, true],
    ['an error with a cause', new Error('x', { cause: coded('ECONNRESET') }), 503, true],
    ['an unknown host on every address', new AggregateError([coded('ENOTFOUND')]), 503, true],
    ['a broken statement', coded('42601'), 500, true],
    ['a damaged account', new AccountDamaged('points-x', 7, 'a gap'), 500, true],
    ['a failed decision', new DecisionFailed('points-x', 'id'), 500, true],
    ['a permanent store error', new PermanentStoreError('stream-deleted', 'x'), 500, true],
    ['a bug', new TypeError('x of undefined'), 500, true],
    ['a thrown text', 'thrown text', 500, true],
  ])('is mapped to a status: %s', (_, error, status, isReportable) => {
    const mapped = toProblem(error);
    expect([mapped.problem.status, mapped.isReportable]).toEqual([status, isReportable]);
    expect(JSON.stringify(mapped.problem.details)).not.toContain('10.1.2.3');
    expect(mapped.problem.details.retryAfterSeconds !== undefined).toBe(status === 503);
  });

  it.each([
    ['of a stream', new PermanentStoreError('stream-deleted', 'x')],
    [
      'of an account',
      new AccountDamaged('points-x', 0, 'gone', {
        cause: new PermanentStoreError('stream-truncated', 'x'),
      }),
    ],
  ])('of missing events is mapped to damage of the account: %s', (_, error) => {
    const { name, detail } = toProblem(error).problem.details;
    expect([name, detail]).toEqual([
      'account-damaged',
      'The account is damaged: its events were deleted or cannot be read. The error was reported.',
    ]);
  });

  it('whose causes form a cycle is mapped', () => {
    const error = new Error('x');
    error.cause = error;
    expect(toProblem(error).problem.status).toBe(500);
  });
});
