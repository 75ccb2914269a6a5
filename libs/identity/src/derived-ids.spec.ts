import fc from 'fast-check';
import { v5 } from 'uuid';
import { commandIdOf, eventIdOf, outcomeIdOf } from './derived-ids.js';
import { payloadDigest } from './digest.js';

const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';
const wellFormed = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 });

describe('a derived id', () => {
  it('is a UUID of version 5, as the package uuid computes it', () => {
    fc.assert(
      fc.property(fc.uuid(), wellFormed, wellFormed, (userId, source, id) => {
        const namespace = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';
        expect(commandIdOf(userId, source, id)).toBe(v5(`${userId}\0${source}\0${id}`, namespace));
      }),
    );
  });

  it('of an event follows from its command and its revision', () => {
    const commandId = commandIdOf(user_id, '/billing', 'order-1');
    expect(eventIdOf(commandId, 12)).toBe(v5('12', commandId));
  });

  it('of an outcome follows from the answer and the message', () => {
    const commandId = commandIdOf(user_id, '/billing', 'order-1');
    const digest = payloadDigest(Buffer.from('{'));
    expect(outcomeIdOf(commandId, { revision: 3, code: null, digest })).toBe(
      v5(`3::${digest}`, commandId),
    );
    expect(outcomeIdOf(commandId, { revision: null, code: 'Invalid', digest })).toBe(
      v5(`:Invalid:${digest}`, commandId),
    );
  });
});
