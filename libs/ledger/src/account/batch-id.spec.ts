import { batchIdOf } from './batch-id.js';
import { testUuid } from '../testing/scenario.js';

const DRAWS = 200_000;
const BITS = 53;
const DAYS = [1, 2, 3, 4, 5, 6, 7].map((day) => `2030-01-0${day}T00:00:00.000Z`);

/** Different inputs that are as similar as possible: a hundred revisions of each command. */
function* inputs(count: number): Generator<[string, number, string | null]> {
  let commandId = '';
  for (let nth = 0; nth < count; nth++) {
    if (nth % 100 === 0) commandId = testUuid(`command ${nth}`);
    const expiresAt = nth % 3 === 0 ? null : DAYS[nth % 7]!;
    yield [commandId, nth % 100, expiresAt];
  }
}

const bitsOf = (id: number): number[] =>
  Array.from({ length: BITS }, (_, bit) => Math.floor(id / 2 ** bit) % 2);

describe('the number of a batch', () => {
  // Computed once, independently of the code.
  it.each([
    ['00000000-0000-5000-8000-000000000000', 0, null, 495573773830652],
    ['5d9d3c1e-6a4b-5c7e-9f0a-1b2c3d4e5f60', 0, null, 6557331743501273],
    ['5d9d3c1e-6a4b-5c7e-9f0a-1b2c3d4e5f60', 1, null, 3437983404502429],
    [
      '5d9d3c1e-6a4b-5c7e-9f0a-1b2c3d4e5f60',
      4294967296,
      '2031-01-01T00:00:00.000Z',
      8335018471194954,
    ],
    [
      'ffffffff-ffff-5fff-bfff-ffffffffffff',
      9007199254740991,
      '9999-12-31T23:59:59.999Z',
      4569767265638674,
    ],
  ])('of %s, %d, %s is for ever %d', (commandId, revision, expiresAt, id) => {
    expect(batchIdOf(commandId, revision, expiresAt)).toBe(id);
  });

  it('is positive, whole, and its own for every input', () => {
    const seen = new Set<number>();
    for (const input of inputs(DRAWS)) {
      const id = batchIdOf(...input);
      if (!Number.isSafeInteger(id) || id <= 0) throw new Error(`${id} of ${input.join()}`);
      seen.add(id);
    }
    expect(seen.size).toBe(DRAWS);
  });

  it('has every bit set about half of the time', () => {
    const count = 20_000;
    const set = new Array<number>(BITS).fill(0);
    for (const input of inputs(count)) {
      bitsOf(batchIdOf(...input)).forEach((bit, place) => (set[place]! += bit));
    }
    // Six standard deviations: the inputs are fixed, and so is the answer.
    const far = 6 * Math.sqrt(count / 4);
    expect(set.filter((ones) => Math.abs(ones - count / 2) > far)).toEqual([]);
  });

  it('changes about half of its bits with any one character', () => {
    const commandId = testUuid('any');
    const before = bitsOf(batchIdOf(commandId, 7, '2030-01-01T00:00:00.000Z'));
    const flips: number[] = [];
    for (let place = 0; place < commandId.length; place++) {
      for (const other of '0123456789abcdef') {
        const changed = commandId.slice(0, place) + other + commandId.slice(place + 1);
        if (changed === commandId) continue;
        const after = bitsOf(batchIdOf(changed, 7, '2030-01-01T00:00:00.000Z'));
        flips.push(after.filter((bit, nth) => bit !== before[nth]).length);
      }
    }
    const mean = flips.reduce((sum, flipped) => sum + flipped, 0) / flips.length;
    expect(Math.abs(mean - BITS / 2)).toBeLessThan(1);
    expect(Math.min(...flips)).toBeGreaterThan(8);
  });
});
