import { errorMessageWithCauses, rootCauseMessage, summarizeError } from './error-summary.js';

class LibraryError extends Error {}

describe('The summary of an error', () => {
  it('has its name, and its message with those of its causes', () => {
    const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    const error = Object.assign(new Error('The store could not be read', { cause }), {
      name: 'RetryableCommandError',
    });
    expect(summarizeError(error, false)).toEqual({
      type: 'RetryableCommandError',
      message: 'The store could not be read: connect refused',
      code: 'ECONNREFUSED',
    });
  });

  it('has the class of an error without a name of its own', () => {
    expect(summarizeError(new LibraryError('x'), false).type).toBe('LibraryError');
  });

  it('has the stacks of the error and its causes on request', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    const { stack } = summarizeError(error, true);
    expect(stack).toMatch(/^Error: outer\n[^]*\ncaused by: Error: inner\n/);
  });

  it('has a bounded message and stack', () => {
    const error = new Error('x'.repeat(5_000));
    const { message, stack } = summarizeError(error, true);
    expect(message).toHaveLength(1_001);
    expect(message.endsWith('…')).toBe(true);
    expect(stack).toHaveLength(4_001);
  });

  it('ends at a cause that is its own cause', () => {
    const error = new Error('outer');
    const inner = new Error('inner', { cause: error });
    Object.assign(error, { cause: inner });
    expect(errorMessageWithCauses(error)).toBe('outer: inner');
  });
});

describe('The message of an error with its causes', () => {
  it('does not repeat a message that another one contains', () => {
    const cause = new Error('connect refused');
    expect(errorMessageWithCauses(new Error('failed: connect refused', { cause }))).toBe(
      'failed: connect refused',
    );
  });

  it('omits empty messages', () => {
    expect(errorMessageWithCauses(new AggregateError([new Error('one'), new Error('two')]))).toBe(
      'one',
    );
  });
});

describe('The root cause', () => {
  it('is the innermost error with a message', () => {
    const error = new Error('outer', { cause: new Error('middle', { cause: new Error('') }) });
    expect(rootCauseMessage(error)).toBe('middle');
  });

  it('is the name of an error without any message', () => {
    expect(rootCauseMessage(Object.assign(new Error(''), { name: 'NamedError' }))).toBe(
      'NamedError',
    );
  });
});
