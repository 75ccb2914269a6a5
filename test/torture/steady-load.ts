import { commandMessage, type CommandBody, type OutgoingMessage } from '#contracts';

const STEPS = 6;
/** The lifetime of points is long enough to spend them and short enough to keep the sweeper busy. */
const LIFE_MS = 20_000;

/** Every user repeats the same cycle: recharge, consume, pre-deduct, settle or time out, refund. */
export class SteadyLoad {
  readonly #last = new Map<string, OutgoingMessage>();
  #count = 0;

  constructor(
    private readonly users: readonly string[],
    private readonly now: () => number,
  ) {}

  next(count: number): OutgoingMessage[] {
    return Array.from({ length: count }, () => this.#message());
  }

  #message(): OutgoingMessage {
    const { users } = this;
    const user = users[this.#count % users.length] ?? '';
    const round = Math.floor(this.#count / users.length);
    this.#count += 1;
    const last = this.#last.get(user);
    if (round % STEPS === 1 && last !== undefined) return last;
    const id = idOf(user, round);
    const message = commandMessage(this.#body(user, round), {
      id,
      source: '/steady',
    });
    this.#last.set(user, message);
    return message;
  }

  #body(user_id: string, round: number): CommandBody {
    const begun = { user_id, consumption_id: idOf(user_id, round) };
    switch (round % STEPS) {
      case 0: {
        const expires_at = new Date(this.now() + LIFE_MS).toISOString();
        return { type: 'RechargePoints', data: { user_id, points: 300, expires_at } };
      }
      case 2:
        return {
          type: 'ConsumePoints',
          data: { ...begun, points: 40, source_type: 'tts', duration: 1.5 },
        };
      case 3:
        return {
          type: 'ConsumePoints',
          data: { ...begun, points: 100, source_type: 'video', settle_within: 3 },
        };
      case 4: {
        // Every fourth pre-deduction times out.
        if (Math.floor(round / STEPS) % 4 === 0) return { type: 'ExpirePoints', data: { user_id } };
        const consumption_id = idOf(user_id, round - 1);
        return { type: 'SettleConsumption', data: { user_id, consumption_id, points: 70 } };
      }
      default: {
        const consumption_id = idOf(user_id, round - (round % STEPS) + 2);
        return { type: 'RefundPoints', data: { user_id, consumption_id, points: 20 } };
      }
    }
  }
}

const idOf = (user: string, round: number): string => `${user}-${round}`;
