import { LossyWriter } from './lossy-writer.js';

const failing = (code: string) => Object.assign(new Error(`${code}: write`), { code });

/** A file that can be made to fail, or to accept only some of the bytes. */
function file() {
  const state = { text: '', fails: null as string | null, space: Infinity, writes: 0 };
  const dropped: number[] = [];
  const writer = new LossyWriter(
    (bytes) => {
      state.writes += 1;
      if (state.fails !== null) throw failing(state.fails);
      if (state.space === 0) throw failing('ENOSPC');
      const taken = Math.min(bytes.length, state.space);
      state.space -= taken;
      state.text += Buffer.from(bytes.subarray(0, taken)).toString('utf8');
      return taken;
    },
    (lines, reason) => `${lines} lost: ${reason}`,
    (lines) => dropped.push(lines),
  );
  return { state, dropped, writer };
}

describe('The log writer', () => {
  it.each(['ENOSPC', 'EPIPE', 'EIO', 'EBADF', 'EDQUOT', 'EFBIG'])(
    'drops lines on %s, continues when it can write again, and reports how many were lost',
    (code) => {
      const { state, dropped, writer } = file();
      writer.write('one\n');
      state.fails = code;
      writer.write('two\n');
      writer.write('three\nfour\n');
      state.fails = null;
      writer.write('five\n');
      writer.write('six\n');
      expect(state.text).toBe(`one\n3 lost: ${code}\nfive\nsix\n`);
      expect(dropped).toEqual([1, 2]);
    },
  );

  it('begins a new line after one that was truncated by a full disk', () => {
    const { state, writer } = file();
    state.space = 6;
    writer.write('one\n');
    writer.write('two is cut\n');
    state.space = Infinity;
    writer.write('three\n');
    expect(state.text).toBe('one\ntw\n1 lost: ENOSPC\nthree\n');
  });

  it('writes the rest after a partial write', () => {
    const { state, writer } = file();
    const slow = new LossyWriter(
      (bytes) => {
        state.text += Buffer.from(bytes.subarray(0, 2)).toString('utf8');
        return Math.min(2, bytes.length);
      },
      () => 'never',
    );
    slow.write('a whole line\n');
    expect(state.text).toBe('a whole line\n');
    writer.write('');
    expect(state.text).toBe('a whole line\n');
  });

  it('waits briefly for a slow reader, but not once lines were lost', () => {
    const { state, writer } = file();
    state.fails = 'EAGAIN';
    writer.write('one\n');
    const waited = state.writes;
    expect(waited).toBeGreaterThan(1);
    writer.write('two\n');
    expect(state.writes).toBe(waited + 1);
    state.fails = null;
    writer.write('three\n');
    expect(state.text).toBe('2 lost: EAGAIN\nthree\n');
  });
});
