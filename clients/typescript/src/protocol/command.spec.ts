import { prepareCommand } from './command.js';
import { InvalidCommandError } from './errors.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';
const recharge = { user_id: USER, points: 5, expires_at: null };

const faultOf = (prepare: () => unknown): string | null => {
  try {
    prepare();
    return 'nothing';
  } catch (error) {
    if (!(error instanceof InvalidCommandError)) throw error;
    return error.field;
  }
};

describe('a command that is prepared', () => {
  it('gets the same id and the same bytes from the same task', () => {
    const data = { user_id: USER, points: 5, source_type: 'script', source_id: 'task-1' };
    const command = prepareCommand('ConsumePoints', data, '/tts');
    expect(prepareCommand('ConsumePoints', { ...data, metadata: null }, '/tts')).toEqual(command);
    expect(command.id).toMatch(/^[0-9a-f-]{14}5[0-9a-f-]{21}$/);
  });

  it('gets a random id only where nothing tells its task', () => {
    const ids = [1, 2].map(() => prepareCommand('ExpirePoints', { user_id: USER }, '/x').id);
    expect(new Set(ids).size).toBe(2);
  });

  it('takes a Date as a time', () => {
    const expires_at = new Date('2031-01-01T00:00:00.500Z');
    const { value } = prepareCommand('RechargePoints', { ...recharge, expires_at }, '/x');
    expect(JSON.parse(value)).toEqual({ ...recharge, expires_at: '2031-01-01T00:00:00.500Z' });
  });

  it.each([
    ['NaN', 'duration', { duration: NaN }],
    ['an infinite number', 'quantity', { quantity: Infinity }],
    ['a field that it does not have', 'durration', { durration: 5 }],
  ])('is refused with %s', (_, field, wrong) => {
    const data = { user_id: USER, source_type: 'tts', ...wrong };
    expect(faultOf(() => prepareCommand('ConsumePoints', data, '/x'))).toBe(field);
  });

  it.each([
    ['no time', 'tomorrow'],
    ['a time without an offset', '2031-01-01T00:00:00'],
    ['a day that is in no calendar', '2031-02-30T00:00:00Z'],
    ['a year of five digits', '9999-12-31T23:59:59-01:00'],
    ['an invalid Date', new Date(NaN)],
  ])('is refused when it expires at %s', (_, expires_at) => {
    const data = { ...recharge, expires_at };
    expect(faultOf(() => prepareCommand('RechargePoints', data, '/x'))).toBe('expires_at');
  });

  it('is refused when a recharge does not say that it never expires', () => {
    const { user_id, points } = recharge;
    const data = { user_id, points } as typeof recharge;
    expect(faultOf(() => prepareCommand('RechargePoints', data, '/x'))).toBe('expires_at');
  });

  it('is refused when it is longer than a message may be', () => {
    const data = { user_id: USER, consumption_id: 'c', reason: '长'.repeat(22_000) };
    expect(faultOf(() => prepareCommand('RefundPoints', data, '/x'))).toBe('value');
  });
});
