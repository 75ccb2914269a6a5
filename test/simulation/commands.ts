import { SOURCE_TYPES, commandMessage, type CommandBody, type OutgoingMessage } from '#contracts';
import type { SeededRandom } from '#testing';

const HOUR_MS = 3_600_000;

/** The times of the services: the start, the steps, and the lifetime of points. */
export interface Pace {
  readonly startMs: number;
  readonly stepMsMax: number;
  readonly lifeMsMax: number;
}

const SIMULATED: Pace = {
  startMs: Date.parse('2030-01-01T00:00:00.000Z'),
  stepMsMax: HOUR_MS,
  lifeMsMax: 48 * HOUR_MS,
};

/** A message in a partition. */
export interface Published extends OutgoingMessage {
  readonly timestampMs: number;
}

/**
 * Generates messages of services: mostly valid commands, some of them duplicates, some under a reused
 * id, and some that are unreadable. The broker's clock advances meanwhile.
 */
export class Services {
  readonly #sent: OutgoingMessage[] = [];
  readonly #consumptions: string[] = ['unknown'];
  #nowMs: number;
  #count = 0;

  constructor(
    private readonly dice: SeededRandom,
    private readonly users: readonly [string, ...string[]],
    private readonly pace: Pace = SIMULATED,
  ) {
    this.#nowMs = pace.startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  publish(): Published {
    const { dice } = this;
    const { stepMsMax } = this.pace;
    if (dice.chance(0.5)) this.#nowMs += dice.below(dice.chance(0.1) ? 30 * stepMsMax : stepMsMax);
    return { ...this.#message(), timestampMs: this.#nowMs };
  }

  #message(): OutgoingMessage {
    const { dice } = this;
    const [first] = this.#sent;
    if (first !== undefined && dice.chance(0.15)) {
      return this.#sent[dice.below(this.#sent.length)] ?? first;
    }
    if (first !== undefined && dice.chance(0.03)) return { ...first, value: '{"user_id":' };
    const id = dice.chance(0.04) ? `c${dice.below(this.#count + 1)}` : `c${++this.#count}`;
    const message = commandMessage(this.#body(id), { id, source: '/simulation' });
    this.#sent.push(message);
    return message;
  }

  #body(id: string): CommandBody {
    const { dice } = this;
    const user_id = dice.pick(this.users);
    const points = 1 + dice.below(200);
    const kind = dice.below(10);
    if (kind < 3) {
      const expires_at = dice.chance(0.2)
        ? null
        : new Date(this.#nowMs + 1 + dice.below(this.pace.lifeMsMax)).toISOString();
      const priority = dice.below(3);
      return {
        type: 'RechargePoints',
        data: { user_id, points: points * 2, expires_at, priority },
      };
    }
    if (kind < 7) {
      this.#consumptions.push(id);
      const settle_within = dice.chance(0.4) ? 1 + dice.below(40_000) : null;
      const source_type = dice.pick(SOURCE_TYPES as readonly ['script', ...typeof SOURCE_TYPES]);
      return { type: 'ConsumePoints', data: { user_id, points, source_type, settle_within } };
    }
    const consumption_id = this.#consumptions[dice.below(this.#consumptions.length)] ?? 'unknown';
    if (kind < 8) return { type: 'SettleConsumption', data: { user_id, consumption_id, points } };
    if (kind < 9) {
      const refunded = dice.chance(0.5) ? null : points;
      return { type: 'RefundPoints', data: { user_id, consumption_id, points: refunded } };
    }
    return { type: 'ExpirePoints', data: { user_id } };
  }
}
