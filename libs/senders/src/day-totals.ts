/** Days kept of one sender: those whose commands can still wait in Kafka, and one to come. */
const DAYS_MAX = 10;

/** Points that each sender has moved in this process since its start, by the UTC day of its commands. */
export class DayTotals {
  readonly #senders = new Map<string, Map<string, number>>();

  /** `day` is written YYYY-MM-DD, so that days sort as text. */
  totalOf(sender: string, day: string): number {
    const days = this.#senders.get(sender);
    return days?.get(countedDay(days, day)) ?? 0;
  }

  add(sender: string, day: string, points: number): void {
    const days = this.#senders.get(sender) ?? new Map<string, number>();
    this.#senders.set(sender, days);
    const kept = countedDay(days, day);
    days.set(kept, (days.get(kept) ?? 0) + points);
    if (days.size > DAYS_MAX) days.delete(oldestOf(days));
  }

  /** Drops the totals of senders that no longer exist. */
  retainOnly(senders: ReadonlySet<string>): void {
    for (const sender of this.#senders.keys()) {
      if (!senders.has(sender)) this.#senders.delete(sender);
    }
  }
}

/** A day older than all that are kept is counted with the oldest one, so that no total restarts at zero. */
function countedDay(days: ReadonlyMap<string, number>, day: string): string {
  if (days.size < DAYS_MAX || days.has(day)) return day;
  const oldest = oldestOf(days);
  return day < oldest ? oldest : day;
}

const oldestOf = (days: ReadonlyMap<string, number>): string =>
  [...days.keys()].reduce((oldest, day) => (day < oldest ? day : oldest));
