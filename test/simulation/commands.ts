import { SOURCE_TYPES, commandMessage, type CommandBody, type OutgoingMessage } from '#contracts';
import { commandIdOf } from '#identity';
import type { Settings } from '#ledger';
import type { SeededRandom } from '#testing';
import { bodyOfRules2, type AccountIds } from './commands-of-rules-2.js';

const HOUR_MS = 3_600_000;
const SOURCE = '/simulation';

/** How long points and pre-deductions last, and what the time is. */
interface Pace {
  readonly lifeMsMax: number;
  readonly holdSecondsMax: number;
  /** The time of a broker that stamps messages itself; null: it is simulated, and advances by itself. */
  readonly now: (() => number) | null;
}

const SIMULATED: Pace = { lifeMsMax: 48 * HOUR_MS, holdSecondsMax: 150_000, now: null };

/** Of services of real processes. */
export const REAL_TIME: Pace = { lifeMsMax: 20_000, holdSecondsMax: 20, now: () => Date.now() };

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');

/** What services know of the settings at a moment: in which form they write, and what can be consumed. */
type SettingsAt = (at: string) => Pick<Settings, 'rules' | 'businesses'>;

interface ServicesOptions {
  readonly dice: SeededRandom;
  readonly users: readonly [string, ...string[]];
  readonly settingsAt: SettingsAt;
  readonly pace?: Pace;
  /** Whether some commands are in the form of other rules than those in force. */
  readonly isFormMistaken?: boolean;
}

/** A message in a partition. */
export interface Published extends OutgoingMessage {
  readonly timestampMs: number;
}

/**
 * Generates messages of services: mostly valid commands, some of them duplicates, some under a reused
 * id, some in the form of other rules, and some that are unreadable. The broker's clock advances
 * meanwhile.
 */
export class Services {
  readonly #dice: SeededRandom;
  readonly #users: readonly [string, ...string[]];
  readonly #settingsAt: SettingsAt;
  readonly #pace: Pace;
  readonly #isFormMistaken: boolean;
  readonly #sent: OutgoingMessage[] = [];
  readonly #ids = new Map<string, AccountIds>();
  #nowMs: number;
  #count = 0;
  /** The broker's clock stands still. */
  isClockHeld = false;

  constructor({
    dice,
    users,
    settingsAt,
    pace = SIMULATED,
    isFormMistaken = true,
  }: ServicesOptions) {
    this.#isFormMistaken = isFormMistaken;
    this.#dice = dice;
    this.#users = users;
    this.#settingsAt = settingsAt;
    this.#pace = pace;
    this.#nowMs = pace.now?.() ?? START_MS;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  publish(): Published {
    const dice = this.#dice;
    const { now } = this.#pace;
    if (now !== null) this.#nowMs = now();
    else if (!this.isClockHeld && dice.chance(0.5)) {
      this.#nowMs += dice.below(dice.chance(0.1) ? 30 * HOUR_MS : HOUR_MS);
    }
    return { ...this.#message(), timestampMs: this.#nowMs };
  }

  #message(): OutgoingMessage {
    const dice = this.#dice;
    const [first] = this.#sent;
    if (first !== undefined && dice.chance(0.15)) {
      return this.#sent[dice.below(this.#sent.length)] ?? first;
    }
    if (first !== undefined && dice.chance(0.03)) return { ...first, value: '{"user_id":' };
    const id = dice.chance(0.04) ? `c${dice.below(this.#count + 1)}` : `c${++this.#count}`;
    const message = commandMessage(this.#body(id), { id, source: SOURCE });
    this.#sent.push(message);
    return message;
  }

  #body(id: string): CommandBody {
    const dice = this.#dice;
    const user = dice.pick(this.#users);
    const { rules, businesses } = this.#settingsAt(new Date(this.#nowMs).toISOString());
    const form = this.#isFormMistaken && dice.chance(0.02) ? 3 - rules : rules;
    const ids = this.#idsOf(user);
    if (form === 1) return this.#bodyOfRules1(user, id);
    const commandId = commandIdOf(user, SOURCE, id);
    const { lifeMsMax, holdSecondsMax } = this.#pace;
    const now = { nowMs: this.#nowMs, lifeMsMax, holdSecondsMax };
    return bodyOfRules2({ dice, user, id, commandId, businesses, ids, ...now });
  }

  #idsOf(user: string): AccountIds {
    const known = this.#ids.get(user) ?? {
      consumptions: ['unknown'],
      holds: ['unknown'],
      recharges: ['unknown'],
    };
    this.#ids.set(user, known);
    return known;
  }

  #bodyOfRules1(user_id: string, id: string): CommandBody {
    const dice = this.#dice;
    const { lifeMsMax, holdSecondsMax } = this.#pace;
    const { consumptions, holds, recharges } = this.#idsOf(user_id);
    const points = 1 + dice.below(200);
    const kind = dice.below(10);
    if (kind < 3) {
      recharges.push(commandIdOf(user_id, SOURCE, id));
      const expires_at = dice.chance(0.2)
        ? null
        : new Date(this.#nowMs + 1 + dice.below(lifeMsMax)).toISOString();
      const priority = dice.below(3);
      return {
        type: 'RechargePoints',
        data: { user_id, points: points * 2, expires_at, priority },
      };
    }
    if (kind < 7) {
      consumptions.push(id);
      // Without a name its id is that of the command, until rules 2 are in force.
      const consumption_id = dice.chance(0.5) ? id : null;
      const settle_within = dice.chance(0.4) ? 1 + dice.below(holdSecondsMax) : null;
      if (settle_within !== null) holds.push(id);
      const source_type = dice.pick(SOURCE_TYPES as readonly ['script', ...typeof SOURCE_TYPES]);
      const data = { user_id, points, source_type, settle_within, consumption_id };
      return { type: 'ConsumePoints', data };
    }
    const consumption_id = consumptions[dice.below(consumptions.length)] ?? 'unknown';
    if (kind < 8) return { type: 'SettleConsumption', data: { user_id, consumption_id, points } };
    if (kind < 9) {
      const refunded = dice.chance(0.5) ? null : points;
      return { type: 'RefundPoints', data: { user_id, consumption_id, points: refunded } };
    }
    return { type: 'ExpirePoints', data: { user_id } };
  }
}
