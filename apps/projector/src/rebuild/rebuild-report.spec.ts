import { rebuildReporter, reportOutcome } from './rebuild-report.js';
import type { RebuildOutcome } from '#projection';

const recordingOutput = () => {
  const lines: string[] = [];
  return { lines, write: (text: string) => lines.push(text) };
};

const outcomes: readonly [RebuildOutcome, number, string][] = [
  [{ kind: 'switched', from: 1, to: 2 }, 0, 'Version 2 is live. Version 1 is kept'],
  [{ kind: 'dropped', version: 1 }, 0, 'Version 1 is dropped'],
  [{ kind: 'nothing' }, 0, 'There is no such version'],
  [{ kind: 'kept', live: 2, kept: 1 }, 0, 'this rebuild is complete'],
  [{ kind: 'busy' }, 2, 'Another rebuild is running'],
];

describe('the report of a rebuild', () => {
  it.each(outcomes)('reports the outcome %j', (outcome, status, text) => {
    const out = recordingOutput();
    expect(reportOutcome(out, outcome)).toBe(status);
    expect(out.lines.join('')).toContain(text);
  });

  it('names the differences, and what can be done about them', () => {
    const out = recordingOutput();
    const difference = {
      table: 'mjk_point_accounts',
      rows: [10, 9] as const,
      sums: [500, 400] as const,
      accounts: 1,
      examples: ['user-1'],
    };
    expect(reportOutcome(out, { kind: 'differs', version: 2, differences: [difference] })).toBe(1);
    expect(out.lines.join('')).toContain(
      'mjk_point_accounts: 1 accounts differ (user-1); rows 10 and 9, points 500 and 400',
    );
    expect(out.lines.join('')).toContain('--accept-differences');
  });

  it('shows its progress and the time left', () => {
    const out = recordingOutput();
    const observer = rebuildReporter(out);
    observer.progressed?.({ version: 2, events: 1_000, total: 4_000, eventsPerSecond: 1_500.4 });
    observer.stepCompleted?.('indexed', 2);
    observer.switchBlocked?.(3);
    expect(out.lines).toEqual([
      '  1000 of about 4000 events, 1,500/s, 2 s left\n',
      'version 2: indexes created\n',
      '  a reader holds the tables: retrying the switch after attempt 3\n',
    ]);
  });

  it('shows progress at intervals, and at the end', () => {
    const out = recordingOutput();
    const observer = rebuildReporter(out);
    for (const events of [1_000, 2_000, 4_000, 5_000]) {
      observer.progressed?.({ version: 2, events, total: 4_000, eventsPerSecond: 1_500 });
    }
    expect(out.lines).toEqual([
      '  1000 of about 4000 events, 1,500/s, 2 s left\n',
      '  4000 of about 4000 events, 1,500/s, 0 s left\n',
    ]);
  });
});
