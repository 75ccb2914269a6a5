import { userNo } from '../testing/event-builders.js';
import { positionOf } from '../testing/vectors.js';
import {
  TooManyParked,
  countsTowardLimit,
  parkingForDamagedRecord,
  parkingForPoison,
} from './parking.js';
import { PoisonEvent, isAccountLocal, toPoisonEvent, type PoisonReason } from './poison-event.js';

const USER = userNo(1);
const at = { stream: `points-${USER}`, revision: 7, position: positionOf(9) };

const parkingFor = (reason: PoisonReason, detail = 'why', isDense = true) =>
  parkingForPoison(new PoisonEvent(reason, at, detail), isDense);

describe('an event that cannot be applied', () => {
  it.each<PoisonReason>([
    'unreadable-event',
    'rows-disagree',
    'unwritable-value',
    'failed-fold',
    'hole-in-stream',
  ])('parks its account because of %s', (reason) => {
    expect(parkingFor(reason)).toEqual({
      userId: USER,
      revision: 7,
      position: at.position,
      code: reason,
      detail: 'why',
    });
  });

  it.each<PoisonReason>(['unknown-event', 'hole-in-store', 'order-broken'])(
    'parks no account because of %s, which concerns all of them',
    (reason) => {
      expect(parkingFor(reason)).toBeNull();
      expect(isAccountLocal(reason)).toBe(false);
    },
  );

  it('is of a truncated stream when a revision is missing and positions are not dense', () => {
    expect(parkingFor('hole-in-stream', 'why', false)).toMatchObject({ code: 'stream-truncated' });
    expect(parkingFor('rows-disagree', 'why', false)).toMatchObject({ code: 'rows-disagree' });
  });

  it('parks no account when its stream is not that of an account', () => {
    const elsewhere = new PoisonEvent('rows-disagree', { ...at, stream: 'orders-1' }, 'why');
    expect(parkingForPoison(elsewhere, true)).toBeNull();
  });

  it('is named in the message of its error, with the cause', () => {
    const cause = new RangeError('too large');
    const poison = toPoisonEvent('unwritable-value', at, cause);
    expect(poison).toMatchObject({
      message: `${at.stream} revision 7 at ${at.position}: too large`,
    });
    expect(poison.cause).toBe(cause);
    expect(toPoisonEvent('failed-fold', at, poison)).toBe(poison);
    expect(toPoisonEvent('failed-fold', at, 'text').detail).toBe('text');
  });
});

describe('the detail of a parked account', () => {
  it.each([
    ['a zero character', 'a\0b', 'a\ufffdb'],
    ['half of a surrogate pair', 'a\ud83db', 'a\ufffdb'],
    ['a whole pair', '🎧', '🎧'],
  ])('can be stored when it has %s', (_, detail, stored) => {
    expect(parkingFor('rows-disagree', detail)?.detail).toBe(stored);
  });

  it('is cut at 500 characters, not in the middle of one', () => {
    expect([...(parkingFor('rows-disagree', '🎧'.repeat(600))?.detail ?? '')]).toHaveLength(500);
    expect(parkingFor('rows-disagree', 'x'.repeat(500))?.detail).toBe('x'.repeat(500));
  });
});

describe('a damaged record', () => {
  const record = { ...at, code: 'stream-deleted' as const, detail: 'a tombstone' };

  it('parks its account, at a revision that may not be known', () => {
    const { stream, ...rest } = record;
    expect(stream).toContain(USER);
    expect(parkingForDamagedRecord(record)).toEqual({ ...rest, userId: USER });
    expect(parkingForDamagedRecord({ ...record, revision: null })).toMatchObject({
      revision: null,
    });
  });

  it('parks nothing when its stream is foreign', () => {
    expect(parkingForDamagedRecord({ ...record, stream: 'orders-1' })).toBeNull();
  });
});

describe('the limit of parked accounts', () => {
  it('does not count what was done to single streams on purpose', () => {
    const counted = (['stream-deleted', 'stream-truncated', 'rows-disagree'] as const).filter(
      (code) => countsTowardLimit({ code }),
    );
    expect(counted).toEqual(['rows-disagree']);
  });

  it('names the last account in its error', () => {
    const error = new TooManyParked({ userId: USER, code: 'rows-disagree', detail: 'why' });
    expect(error.message).toContain(`the last one is ${USER}: rows-disagree, why`);
    expect(error.message).toContain('more than 20 accounts');
  });
});
