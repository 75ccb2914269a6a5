import { randomUUID } from 'node:crypto';
import { commandIdOf, eventIdOf } from '#identity';
import { bytesOfUuid } from '../store/byte-strings.js';
import { isDerivedCommandId, isDerivedEventId } from './derived-id.js';

describe('the id of an event', () => {
  it('is the one that the writer derives, and no other', () => {
    for (let revision = 0; revision < 500; revision++) {
      const command = randomUUID();
      const id = bytesOfUuid(eventIdOf(command, revision));
      expect(isDerivedEventId(id, command, revision)).toBe(true);
      expect(isDerivedEventId(id, command, revision + 1)).toBe(false);
      const at = revision % 16;
      const other = String.fromCharCode(id.charCodeAt(at) ^ (1 << (revision % 8)));
      expect(isDerivedEventId(id.slice(0, at) + other + id.slice(at + 1), command, revision)).toBe(
        false,
      );
    }
  });

  it('has as many bytes as an id has', () => {
    const command = randomUUID();
    const id = bytesOfUuid(eventIdOf(command, 7));
    for (const other of ['', id.slice(0, 15), `${id}\0`]) {
      expect(isDerivedEventId(other, command, 7)).toBe(false);
    }
  });
});

describe('the id of a command', () => {
  it.each(['c-1', '命令 🙂', 'x'.repeat(128), '好'.repeat(128), 'x'.repeat(5_000)])(
    'is the one of its user, source and id %s',
    (sent) => {
      const user = randomUUID();
      const id = commandIdOf(user, '/来源', sent);
      expect(isDerivedCommandId(id, user, '/来源', sent)).toBe(true);
      expect(isDerivedCommandId(id, user, '/来源', `${sent}x`)).toBe(false);
      expect(isDerivedCommandId(id, randomUUID(), '/来源', sent)).toBe(false);
      expect(isDerivedCommandId(id, user, '/来', sent)).toBe(false);
      expect(isDerivedCommandId(id, user, '/来源', sent)).toBe(true);
    },
  );

  it('is any one of its characters changed another one', () => {
    const user = randomUUID();
    const id = commandIdOf(user, '/bench', 'c-1');
    for (let at = 0; at < id.length; at++) {
      const other = id[at] === '1' ? '2' : '1';
      const changed = id.slice(0, at) + other + id.slice(at + 1);
      expect(isDerivedCommandId(changed, user, '/bench', 'c-1')).toBe(false);
    }
  });

  it('is written in one way', () => {
    const user = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';
    const id = commandIdOf(user, '/bench', 'c-1');
    expect(id).toMatch(/[a-f].*0|0.*[a-f]/);
    const others = [
      '',
      id.toUpperCase(),
      id.replaceAll('-', '_'),
      `${id} `,
      id.replaceAll('0', 'g'),
    ];
    for (const other of others)
      expect(isDerivedCommandId(other, user, '/bench', 'c-1')).toBe(false);
  });
});
