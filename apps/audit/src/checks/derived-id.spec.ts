import fc from 'fast-check';
import { commandIdOf, eventIdOf, settingsEventId, takeOverEventId } from '#identity';
import {
  deriveCommandId,
  deriveEventId,
  deriveSettingsId,
  deriveTakeOverId,
} from './derived-id.js';

const text = fc.string({ unit: 'grapheme', maxLength: 300 });

describe('deriveEventId', () => {
  it('agrees with the id that the writer derives for any command and revision', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.maxSafeNat(), (commandId, revision) => {
        expect(deriveEventId(commandId, revision)).toBe(eventIdOf(commandId, revision));
      }),
    );
  });

  it('gives a UUID of version 5 in lower case', () => {
    expect(deriveEventId('3B5C1D5E-7A52-5C7E-8F0C-2D9F4E6A1B70', 7)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('gives each revision another id', () => {
    const command = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';
    const ids = Array.from({ length: 500 }, (_, revision) => deriveEventId(command, revision));
    expect(new Set(ids).size).toBe(500);
  });
});

describe('deriveSettingsId', () => {
  it('agrees with the id that the writer derives for any revision and content', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), text, (revision, digest) => {
        expect(deriveSettingsId(revision, digest)).toBe(settingsEventId(revision, digest));
      }),
    );
  });
});

describe('deriveCommandId', () => {
  it('agrees with the id that the writer derives for any user, source and id', () => {
    fc.assert(
      fc.property(fc.uuid(), text, text, (userId, source, id) => {
        expect(deriveCommandId(userId, source, id)).toBe(commandIdOf(userId, source, id));
      }),
    );
  });

  it.each(['c-1', '命令 🙂', 'x'.repeat(128), '好'.repeat(128), 'x'.repeat(5_000)])(
    'depends on the user, the source and the id %s',
    (id) => {
      const derived = deriveCommandId('0a000000-0000-4000-8000-000000000001', '/来源', id);
      expect(deriveCommandId('0a000000-0000-4000-8000-000000000001', '/来源', `${id}x`)).not.toBe(
        derived,
      );
      expect(deriveCommandId('0a000000-0000-4000-8000-000000000001', '/来', id)).not.toBe(derived);
      expect(deriveCommandId('7b000000-0000-4000-8000-000000000002', '/来源', id)).not.toBe(
        derived,
      );
    },
  );

  it('does not confuse where the source ends and the id begins', () => {
    const user = '0a000000-0000-4000-8000-000000000001';
    expect(deriveCommandId(user, '/a', 'bc')).not.toBe(deriveCommandId(user, '/ab', 'c'));
  });
});

describe('deriveTakeOverId', () => {
  it('agrees with the id that the writer derives for any revision and content', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), text, (revision, digest) => {
        expect(deriveTakeOverId(revision, digest)).toBe(takeOverEventId(revision, digest));
      }),
    );
  });
});
