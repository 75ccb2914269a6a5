import { stateQuery, transactionsQuery } from '#contracts';
import { Problem } from '../problems/problem.js';
import { UserIdPipe, ZodPipe } from './zod.pipe.js';

const errorsOf = (parse: () => unknown): readonly string[] => {
  try {
    parse();
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return (error.details.errors ?? []).map(({ field }) => field);
  }
};

describe('the pipe of a query schema', () => {
  it('returns the parsed values, not their text', () => {
    expect(new ZodPipe(stateQuery).transform({ revision: '4' })).toEqual({ revision: 4 });
  });

  it('ignores a parameter without a value', () => {
    expect(new ZodPipe(stateQuery).transform({ revision: '' })).toEqual({});
  });

  it('names every invalid and every unknown parameter', () => {
    const query = { limit: '0', type: 'gift', colour: 'red' };
    const fields = errorsOf(() => new ZodPipe(transactionsQuery).transform(query));
    expect([...fields].sort()).toEqual(['colour', 'limit', 'type']);
  });
});

describe('the pipe of a user id', () => {
  it('keeps it in lower case', () => {
    expect(new UserIdPipe().transform('0A11CE00-0000-4000-8000-000000000001')).toBe(
      '0a11ce00-0000-4000-8000-000000000001',
    );
  });

  it('names the field when it is not a UUID', () => {
    expect(errorsOf(() => new UserIdPipe().transform('alice'))).toEqual(['user_id']);
  });
});
