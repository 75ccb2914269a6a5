import { TIME_MAX } from '#contracts';
import { allTransactions, type ReadTables, type PublishedTransaction } from '#read-model';

const SECONDS_DIGITS = 9;

/** Everything that a reader can see of one account. */
export async function everythingOf(tables: ReadTables, userId: string) {
  const rows: PublishedTransaction[] = [];
  for await (const page of allTransactions(tables, userId, {})) rows.push(...page);
  const stories = [];
  for (const { id } of rows.slice(0, 20))
    stories.push(await tables.transactionDetails(userId, { id }));
  const usage = await tables.usage(userId, { groupBy: 'day,source_type', timeZone: 'UTC' });
  const due = await tables.dueAccounts(TIME_MAX, 1_000_000);
  return {
    rows,
    stories,
    account: await tables.account(userId),
    batches: await tables.batches(userId, 1_000),
    // The order in which a database adds fractions of seconds is not defined.
    usage: usage.map(({ duration, ...used }) => ({
      ...used,
      duration: Number(duration.toPrecision(SECONDS_DIGITS)),
    })),
    due: due.filter((one) => one.userId === userId),
  };
}
