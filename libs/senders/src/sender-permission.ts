import type { Account, LedgerCommand, LedgerEvent } from '#ledger';
import type { DayTotals } from './day-totals.js';
import { NotAllowed } from './denial.js';
import { denialOfCommand, denialOfRecording, denialTo, pointsMovedBy } from './permission-rules.js';
import type { Sender } from './sender.js';

/** The check that the command processor calls before it records anything; see its `RecordingCheck`. */
type CheckRecording = (events: readonly LedgerEvent[], account: Account) => Error | null;

/** The permission of one authenticated sender. A null sender may send anything. */
export class SenderPermission {
  constructor(
    private readonly sender: Sender | null,
    private readonly totals: DayTotals,
  ) {}

  /** Runs the command if its sender may send it, and rejects with NotAllowed otherwise. */
  execute<T>(
    command: LedgerCommand,
    run: (checkRecording: CheckRecording | undefined) => Promise<T>,
  ): Promise<T> {
    const { sender } = this;
    if (sender === null) return run(undefined);
    const denial = denialOfCommand(sender, command);
    if (denial !== null) return Promise.reject(new NotAllowed(denial));
    const { sourceTypes, pointsMax, pointsPerDayMax } = sender;
    if (sourceTypes === null && pointsMax === null && pointsPerDayMax === null)
      return run(undefined);
    return this.#runChecked(new CheckedCommand(sender, command, this.totals), run);
  }

  async #runChecked<T>(
    checked: CheckedCommand,
    run: (checkRecording: CheckRecording) => Promise<T>,
  ): Promise<T> {
    try {
      return await run((events, account) => checked.check(events, account));
    } catch (error) {
      // The command may not have been recorded. If it was, it is counted when it is delivered again.
      checked.release();
      throw error;
    }
  }
}

/** One command in progress, and the points that it has reserved of its sender's daily limit. */
class CheckedCommand {
  readonly #day: string;
  #reserved = 0;

  constructor(
    private readonly sender: Sender,
    private readonly command: LedgerCommand,
    private readonly totals: DayTotals,
  ) {
    this.#day = command.at.slice(0, 'YYYY-MM-DD'.length);
  }

  /** The command may be decided several times: only the last check reserves points. */
  check(events: readonly LedgerEvent[], account: Account): Error | null {
    const { sender, command } = this;
    this.release();
    const points = pointsMovedBy(events);
    const denial = denialOfRecording(sender, command, points, account) ?? this.#denialOfDay(points);
    if (denial !== null) return new NotAllowed(denial);
    this.#reserve(points);
    return null;
  }

  release(): void {
    this.#reserve(-this.#reserved);
  }

  #denialOfDay(points: number) {
    const { name, pointsPerDayMax: max } = this.sender;
    if (max === null || points === 0) return null;
    const before = this.totals.totalOf(name, this.#day);
    if (before + points <= max) return null;
    const what = `move ${points} points more on ${this.#day} (UTC): it moved ${before}, and its points_per_day_max is ${max}`;
    return denialTo(this.sender, 'points_per_day', what);
  }

  #reserve(points: number): void {
    if (this.sender.pointsPerDayMax === null || points === 0) return;
    this.#reserved += points;
    this.totals.add(this.sender.name, this.#day, points);
  }
}
