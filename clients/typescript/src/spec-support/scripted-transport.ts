import type { Command } from '../protocol/command.js';
import type { Decision } from '../protocol/decision.js';
import type { AttemptLimits, Transport } from '../transport/transport.js';

/** A transport that answers what a spec says, and keeps what was sent. */
export class ScriptedTransport implements Transport {
  readonly source = '/test';
  readonly sent: Command[] = [];
  readonly limits: AttemptLimits[] = [];
  readonly published: Command[] = [];
  isClosed = false;
  readonly #answers: (Decision | Error | Promise<Decision>)[] = [];

  answer(...answers: readonly (Decision | Error | Promise<Decision>)[]): this {
    this.#answers.push(...answers);
    return this;
  }

  async attempt(command: Command, limits: AttemptLimits): Promise<Decision> {
    this.sent.push(command);
    this.limits.push(limits);
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error(`no answer is left for ${command.type}`);
    if (answer instanceof Error) throw answer;
    return answer;
  }

  async publish(command: Command): Promise<void> {
    this.published.push(command);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

export const UNKNOWN: Decision = { kind: 'unknown', reason: 'no outcome in time' };

export const retry = (retryAfterMs: number | null, mayBeDone = false): Decision => ({
  kind: 'retry',
  retryAfterMs,
  reason: 'not now',
  mayBeDone,
});
