import type { Command } from '../protocol/command.js';
import type { Decision } from '../protocol/decision.js';
import { errorOf } from '../protocol/errors.js';
import { backoffMs, type BackoffLimits } from '../support/backoff.js';
import { sleep, type Clock } from '../support/clock.js';
import type { Log } from '../support/log.js';
import type { Transport } from '../transport/transport.js';
import { accepted, refused, unknown, type CommandResult, type WaitOptions } from './results.js';

export interface ExecutionContext {
  readonly transport: Pick<Transport, 'attempt'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeoutMs: number;
  readonly backoff: BackoffLimits;
}

/**
 * Sends a command, and sends it again with the same id and the same bytes as long as the answer asks for
 * it and there is time. A call that is out of time is unknown, whatever came of its command.
 */
export async function executeCommand(
  command: Command,
  context: ExecutionContext,
  { timeoutMs = context.timeoutMs, signal }: WaitOptions = {},
): Promise<CommandResult> {
  const { transport, clock, log, backoff } = context;
  const untilMs = clock.now() + timeoutMs;
  const resume = (options?: WaitOptions) => executeCommand(command, context, options);
  for (let failures = 1; ; failures += 1) {
    const decision = await transport.attempt(command, { untilMs, signal });
    if (decision.kind !== 'retry') return resultOf(command, decision, resume);
    const waitMs = decision.retryAfterMs ?? backoffMs(failures, backoff);
    log({
      level: 'warn',
      msg: 'command is sent again',
      id: command.id,
      reason: decision.reason,
      failures,
      waitMs: Math.round(waitMs),
    });
    if (clock.now() + waitMs >= untilMs) return unknown(command, decision.reason, resume);
    await sleep(clock, waitMs, signal);
    if (signal?.aborted === true) return unknown(command, 'the caller stopped waiting', resume);
  }
}

function resultOf(
  command: Command,
  decision: Exclude<Decision, { readonly kind: 'retry' }>,
  resume: (options?: WaitOptions) => Promise<CommandResult>,
): CommandResult {
  switch (decision.kind) {
    case 'accepted':
      return accepted(decision.outcome);
    case 'refused':
      return refused(decision.outcome);
    case 'unknown':
      return unknown(command, decision.reason, resume);
    case 'invalid':
    case 'forbidden':
    case 'unauthorized':
      throw errorOf(decision);
  }
}
