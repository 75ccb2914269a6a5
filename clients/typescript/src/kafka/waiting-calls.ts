import type { Command } from '../protocol/command.js';
import type { Decision } from '../protocol/decision.js';
import type { Clock } from '../support/clock.js';
import type { AttemptLimits } from '../transport/transport.js';

type Resolve = (decision: Decision) => void;

interface WaitingCall {
  readonly answer: Promise<Decision>;
  readonly close: () => void;
}

/** The calls of this process that wait for an outcome. Several may wait for one command. */
export class WaitingCalls {
  readonly #calls = new Map<string, Set<Resolve>>();

  open(
    { userId, id }: Pick<Command, 'userId' | 'id'>,
    clock: Clock,
    { untilMs, signal }: AttemptLimits,
  ): WaitingCall {
    const key = keyOf(userId, id);
    let resolve: Resolve = () => undefined;
    const answer = new Promise<Decision>((done) => (resolve = done));
    const own = this.#calls.get(key) ?? new Set();
    this.#calls.set(key, own.add(resolve));
    const stopClock = clock.after(untilMs - clock.now(), () =>
      resolve({ kind: 'unknown', reason: 'no outcome in time' }),
    );
    const abort = (): void => resolve({ kind: 'unknown', reason: 'the caller stopped waiting' });
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    return {
      answer,
      close: () => {
        stopClock();
        signal?.removeEventListener('abort', abort);
        own.delete(resolve);
        if (own.size === 0 && this.#calls.get(key) === own) this.#calls.delete(key);
      },
    };
  }

  answer(userId: string, id: string, decision: Decision): void {
    for (const resolve of this.#calls.get(keyOf(userId, id)) ?? []) resolve(decision);
  }

  endAll(reason: string): void {
    for (const calls of this.#calls.values()) {
      for (const resolve of calls) resolve({ kind: 'unknown', reason });
    }
  }
}

const keyOf = (userId: string, id: string): string => `${userId}\0${id}`;
