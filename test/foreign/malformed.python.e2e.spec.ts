import { TOPICS } from '#contracts';
import { IntakeStack, GROUP } from '../faults/intake-stack.js';
import type { IntakeProcess } from '../faults/intake-process.js';
import { messageOutcomes } from './message-outcomes.js';
import { runPython } from './run-program.js';

/** `npm run torture -- --malformed 1000000` sends more. */
const MALFORMED = Number(process.env['MALFORMED_MESSAGES'] ?? 2_000);
const SEED = Number(process.env['MALFORMED_SEED'] ?? 1);
const MALFORMED_MS_MAX = 60_000 + 5 * MALFORMED;
/** The allowance for caches and young objects of a process that was idle before. */
const GROWTH_MB_MAX = 400;

describe(`A malformed message (seed ${SEED}, ${MALFORMED} of them)`, () => {
  const lab = new IntakeStack();
  let intake: IntakeProcess;

  beforeAll(async () => {
    await lab.open();
    intake = await lab.startIntake();
  });
  afterAll(() => lab.close(), 60_000);

  const memoryMb = async (): Promise<number> =>
    (await intake.metric('process_resident_memory_bytes')) / 2 ** 20;

  const failures = (): Promise<readonly number[]> =>
    Promise.all(
      ['bug', 'crash', 'repeated'].map((kind) =>
        intake.metric('ledger_intake_trouble_total', `kind="${kind}"`),
      ),
    );

  const publish = async (): Promise<{ readonly sent: number; readonly aborted: number }> => {
    const args = ['--brokers', lab.brokers.join(','), '--topic', TOPICS.commands];
    const what = ['--count', String(MALFORMED), '--seed', String(SEED)];
    const msMax = MALFORMED_MS_MAX;
    const { code, stdout, stderr } = await runPython('malform.py', [...args, ...what], { msMax });
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as { sent: number; aborted: number };
  };

  it(
    'gets a dead letter or an outcome, however malformed it is',
    async () => {
      // A consumer may restart while a new broker is still loading its groups.
      const failuresBefore = await failures();
      const before = await memoryMb();
      const startedAt = performance.now();
      const { sent, aborted } = await publish();
      const sentAfterMs = performance.now() - startedAt;
      const memory: number[] = [];
      const sampling = setInterval(() => void memoryMb().then((mb) => memory.push(mb)), 1_000);
      await lab.waitUntilCommitted(GROUP, MALFORMED_MS_MAX);
      clearInterval(sampling);
      const seconds = (performance.now() - startedAt) / 1_000;
      const outcomes = await messageOutcomes(lab.brokers);
      const peak = Math.max(before, ...memory);
      process.stderr.write(
        `malformed messages, seed ${SEED}: ${sent} sent in ${(sentAfterMs / 1_000).toFixed(1)} s (${aborted} aborted), all committed after ${seconds.toFixed(1)} s; of ${outcomes.messages} in the topic ${outcomes.deadLettered} are dead letters and ${outcomes.answered} answered; memory ${before.toFixed(0)} MB before, at most ${peak.toFixed(0)} MB\n`,
      );
      expect(outcomes.lost).toEqual([]);
      expect(outcomes.messages).toBeGreaterThanOrEqual(sent - aborted);
      expect(outcomes.deadLettered + outcomes.answered).toBe(outcomes.messages);
      expect(peak - before).toBeLessThan(GROWTH_MB_MAX);
      expect(await failures()).toEqual(failuresBefore);
      expect(await intake.metric('ledger_dead_letters_total', 'reason="Failed"')).toBe(0);
    },
    MALFORMED_MS_MAX + 120_000,
  );
});
