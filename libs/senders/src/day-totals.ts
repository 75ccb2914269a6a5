/** Days kept of one sender: those whose commands can still wait in Kafka, and one to come. */
const DAYS_MAX = 10;

/** Points that each sender has moved, by the UTC day of its commands. Of this process, since its start. */
export class DayTotals {
  readonly #senders = new Map<string, Map<string, number>>();

  /** `day`: as a calendar writes it, so that its order as text is its order in time. */
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

  /** Lets go of senders that are no more. */
  retainOnly(senders: ReadonlySet<string>): void {
    for (const sender of this.#senders.keys()) {
      if (!senders.has(sender)) this.#senders.delete(sender);
    }
  }
}

/** What is older than every day that is kept is counted with the oldest: no day ever begins anew. */
function countedDay(days: ReadonlyMap<string, number>, day: string): string {
  if (days.size < DAYS_MAX || days.has(day)) return day;
  const oldest = oldestOf(days);
  return day < oldest ? oldest : day;
}

const oldestOf = (days: ReadonlyMap<string, number>): string =>
  [...days.keys()].reduce((oldest, day) => (day < oldest ? day : oldest));
