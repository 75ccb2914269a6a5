import { checkEventStoreDb, type EventStoreDbFinding } from '#event-store';

export interface CheckOptions {
  readonly url?: string;
  readonly json?: boolean;
  readonly deadline: number;
}

type Status = 0 | 1 | 2;

const ABOUT_WIDTH = 15;
const STATE_WIDTH = 9;

/** Prints each finding as soon as it is made. */
export async function checkServer(
  { url, json = false, deadline }: CheckOptions,
  env: Readonly<Record<string, string | undefined>>,
  print: (text: string) => void,
): Promise<Status> {
  const address = url ?? env['EVENT_STORE'] ?? '';
  if (!/^(esdb|kurrentdb)(\+discover)?:/.test(address)) {
    print('EVENT_STORE, or --url, must be the connection string of an EventStoreDB (esdb://…).');
    return 2;
  }
  let status: Status = 0;
  for await (const found of checkEventStoreDb(address, deadline)) {
    print(json ? JSON.stringify(found) : line(found));
    if (found.state === 'missing') status = status === 2 ? 2 : statusOf(found);
  }
  return status;
}

/** The finding without which nothing else can be checked. */
const statusOf = ({ about }: EventStoreDbFinding): Status =>
  about === 'server' || about === 'connection' ? 2 : 1;

const line = ({ about, state, sentence }: EventStoreDbFinding): string =>
  `${state.padEnd(STATE_WIDTH)}${about.padEnd(ABOUT_WIDTH)}${sentence}`;
