import { apiSource, type Command } from '../protocol/command.js';
import { decideAnswer, type Decision } from '../protocol/decision.js';
import { errorOf } from '../protocol/errors.js';
import { headerBytes, httpRequest } from '../protocol/messages.js';
import { waitMsOf } from '../support/backoff.js';
import { SYSTEM_CLOCK, sleep, type Clock } from '../support/clock.js';
import { settledUntil } from '../support/settled-until.js';
import { Semaphore } from '../support/semaphore.js';
import { isAborted } from '../support/signals.js';
import { TooLateError, within } from '../support/within.js';
import { HttpCaller, NoAnswerError, type HttpOptions } from './http-call.js';
import type { AttemptLimits, Transport } from './transport.js';

export interface HttpTransportOptions extends HttpOptions {
  /** The subject of the token: the source of the commands is made of it. */
  readonly subject: string;
  /** Requests at a time; more wait. */
  readonly requestsMax?: number;
  readonly clock?: Clock;
}

const REQUESTS_MAX = 100;

/** Commands over HTTP. */
export const httpTransport = (options: HttpTransportOptions): Transport =>
  new HttpTransport(options);

/** It was not carried out in time, or nobody knows: whoever published it publishes it again. */
export class NotPublishedError extends Error {
  override readonly name = 'NotPublishedError';
}

class HttpTransport implements Transport {
  readonly source: string;
  readonly #http: HttpCaller;
  readonly #requests: Semaphore;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(options: HttpTransportOptions) {
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.source = apiSource(options.subject);
    this.#http = new HttpCaller(options, this.#clock);
    this.#requests = new Semaphore(options.requestsMax ?? REQUESTS_MAX);
  }

  attempt(command: Command, limits: AttemptLimits): Promise<Decision> {
    const attempt = this.#inTime(
      this.#requests.run(() => this.#attempt(command, limits)),
      limits,
    );
    this.#inFlight.add(attempt);
    const forget = (): void => void this.#inFlight.delete(attempt);
    attempt.then(forget, forget);
    return attempt;
  }

  async publish(command: Command, limits: AttemptLimits): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      const decision = await this.attempt(command, limits);
      switch (decision.kind) {
        case 'accepted':
        case 'refused':
          return;
        case 'invalid':
        case 'forbidden':
        case 'unauthorized':
          throw errorOf(decision);
        case 'unknown':
          throw new NotPublishedError(decision.reason);
        case 'retry': {
          const waitMs = waitMsOf(decision.retryAfterMs, failures);
          const isLate = this.#clock.now() + waitMs >= limits.untilMs;
          if (isLate || limits.signal?.aborted === true) {
            throw new NotPublishedError(decision.reason);
          }
          await sleep(this.#clock, waitMs, limits.signal);
        }
      }
    }
  }

  async close(untilMs: number): Promise<void> {
    await settledUntil(this.#clock, untilMs, [...this.#inFlight]);
    this.#closing.abort(new Error('the client closes'));
  }

  /** Also where it waits for others: nobody waits longer than they said. */
  async #inTime(attempt: Promise<Decision>, { untilMs, signal }: AttemptLimits): Promise<Decision> {
    try {
      return await within(this.#clock, untilMs - this.#clock.now(), attempt, signal);
    } catch (error) {
      if (error instanceof TooLateError) return { kind: 'unknown', reason: 'no answer in time' };
      if (signal?.aborted !== true) throw error;
      return { kind: 'unknown', reason: 'the caller stopped waiting' };
    }
  }

  async #attempt(command: Command, { untilMs, signal }: AttemptLimits): Promise<Decision> {
    if (signal?.aborted === true || this.#clock.now() >= untilMs) {
      return { kind: 'unknown', reason: 'no time was left to send it' };
    }
    const { method, path, headers, body } = httpRequest(command);
    const encoded = Object.entries(headers).map(
      ([name, value]) => [name, headerBytes(value)] as const,
    );
    const signals = [signal, this.#closing.signal];
    try {
      const response = await this.#http.call({
        ...{ method, path, body, untilMs },
        headers: Object.fromEntries(encoded),
        signals,
      });
      const answer = {
        status: response.status,
        header: (name: string) => response.headers.get(name),
        body: await response.text(),
      };
      return decideAnswer(answer, this.#clock.now());
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      if (isAborted(signals)) return { kind: 'unknown', reason: error.message };
      return { kind: 'retry', retryAfterMs: null, reason: error.message, mayBeDone: true };
    }
  }
}
