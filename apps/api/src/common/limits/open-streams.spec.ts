import { Problem } from '../problems/problem.js';
import { OpenStreams } from './open-streams.js';

describe('the open streams', () => {
  const statusOf = (open: () => unknown): number | null => {
    try {
      open();
      return null;
    } catch (error) {
      return error instanceof Problem ? error.status : NaN;
    }
  };

  it('are limited per subject, until one is closed', () => {
    const streams = new OpenStreams({ streamsMax: 10, subjectStreamsMax: 2 });
    const first = streams.open('a');
    streams.open('a');
    expect(statusOf(() => streams.open('a'))).toBe(429);
    expect(statusOf(() => streams.open('b'))).toBeNull();
    first.abort();
    first.abort();
    expect(statusOf(() => streams.open('a'))).toBeNull();
    expect(statusOf(() => streams.open('a'))).toBe(429);
  });

  it('are limited in total', () => {
    const streams = new OpenStreams({ streamsMax: 2, subjectStreamsMax: 2 });
    const first = streams.open('a');
    streams.open('b');
    expect(statusOf(() => streams.open('c'))).toBe(429);
    first.abort();
    expect(statusOf(() => streams.open('c'))).toBeNull();
  });

  it('are all closed on shutdown', () => {
    const streams = new OpenStreams({ streamsMax: 10, subjectStreamsMax: 2 });
    const open = ['a', 'a', 'b'].map((subject) => streams.open(subject));
    streams.onModuleDestroy();
    expect(open.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
    expect(streams.size).toBe(0);
  });
});
