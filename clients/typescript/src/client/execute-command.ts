import type { Command } from '../protocol/command.js';
import type { Decision } from '../protocol/decision.js';
import { errorOf } from '../protocol/errors.js';
import { waitMsOf, type BackoffLimits } from '../support/backoff.js';
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
  /** Aborts when the client waits no longer. */
  readonly closed: AbortSignal;
  /** Sends a command whose outcome is unknown again. */
  readonly resume: (command: Command, options: RunOptions) => Promise<CommandResult>;
}

export interface RunOptions extends WaitOptions {
  /** It is sent again also where its answer is unknown, as long as there is time. */
  readonly untilKnown?: boolean;
  /** It was sent before, and may have been carried out. */
  readonly mayBeDone?: boolean;
}

/**
 * Sends a command, and sends it again with the same id and the same bytes as long as the answer asks for
 * it and there is time. A call that is out of time is unknown, whatever came of its command.
 */
export async function executeCommand(
  command: Command,
  context: ExecutionContext,
  options: RunOptions = {},
): Promise<CommandResult> {
  const { transport, clock, log, backoff, closed } = context;
  const { timeoutMs = context.timeoutMs, signal, untilKnown = false } = options;
  const untilMs = clock.now() + timeoutMs;
  const unknownFor = (reason: string) =>
    unknown(command, reason, (more) => context.resume(command, { ...more, mayBeDone: true }));
  let { mayBeDone = false } = options;
  for (let failures = 1; ; failures += 1) {
    if (closed.aborted) return unknownFor('the client is closed');
    const decision = await transport.attempt(command, { untilMs, signal });
    if (decision.kind !== 'retry' && decision.kind !== 'unknown') {
      return resultOf(decision, mayBeDone, unknownFor);
    }
    const { kind, reason } = decision;
    if (kind === 'unknown' && !untilKnown) return unknownFor(reason);
    mayBeDone ||= kind === 'unknown' || decision.mayBeDone;
    const waitMs = waitMsOf(kind === 'retry' ? decision.retryAfterMs : null, failures, backoff);
    log({
      level: 'warn',
      msg: 'command is sent again',
      id: command.id,
      reason,
      failures,
      waitMs: Math.round(waitMs),
    });
    if (clock.now() + waitMs >= untilMs) return unknownFor(reason);
    await sleep(clock, waitMs, signal, closed);
    if (signal?.aborted === true) return unknownFor('the caller stopped waiting');
  }
}

function resultOf(
  decision: Exclude<Decision, { readonly kind: 'retry' | 'unknown' }>,
  mayBeDone: boolean,
  unknownFor: (reason: string) => CommandResult,
): CommandResult {
  switch (decision.kind) {
    case 'accepted':
      return accepted(decision.outcome);
    case 'refused':
      return refused(decision.outcome);
    case 'forbidden':
    case 'unauthorized':
      // That this try was not let in says nothing about one before it.
      if (mayBeDone) return unknownFor(decision.detail);
      throw errorOf(decision);
    case 'invalid':
      throw errorOf(decision);
  }
}
