import { Progress } from './progress.js';

describe('The progress of many seeds', () => {
  const lines: string[] = [];
  let nowMs = 5_000;
  beforeEach(() => void lines.splice(0));
  const progressOf = (messages: number): Progress =>
    new Progress(
      messages,
      (line) => void lines.push(line),
      () => nowMs,
    );

  it('is reported every half a minute, with the time that the rest takes', () => {
    const progress = progressOf(1_000_000);
    for (let seed = 1; seed <= 90; seed += 1) {
      nowMs += 1_000;
      progress.finished(seed, 500);
    }
    expect(lines).toEqual([
      'simulation: seed 30, 1 % done, 33 min left\n',
      'simulation: seed 60, 3 % done, 33 min left\n',
      'simulation: seed 90, 4 % done, 32 min left\n',
    ]);
  });

  it('tells hours', () => {
    const progress = progressOf(10_000_000);
    nowMs += 30_000;
    progress.finished(7, 10_000);
    expect(lines).toEqual(['simulation: seed 7, 0 % done, 8 h 20 min left\n']);
  });

  it('of few seeds is not reported', () => {
    const progress = progressOf(1_000);
    nowMs += 29_999;
    progress.finished(1, 500);
    expect(lines).toEqual([]);
  });
});
