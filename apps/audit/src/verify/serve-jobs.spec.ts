import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import type { Span, StoredEvent } from '../store/event-source.js';
import { MemoryEventSource, memoryPosition } from '../testing/memory-event-source.js';
import { sampleEvents } from '../testing/sample-events.js';
import type { Job } from './jobs.js';
import { knownSettings } from '../checks/known-settings.js';
import { serveJobs } from './serve-jobs.js';
import type { WorkerRequest, WorkerResponse } from './worker-pool.js';

let events: StoredEvent[];
beforeAll(async () => {
  events = await sampleEvents();
});

class FailingSource extends MemoryEventSource {
  constructor(private readonly cause: unknown) {
    super([]);
  }

  override headers(): never {
    throw this.cause;
  }
}

class ClosableSource extends MemoryEventSource {
  isClosed = false;

  override async close(): Promise<void> {
    this.isClosed = true;
  }
}

let client: MessagePort;
let responses: WorkerResponse[];

function serve(source: MemoryEventSource): void {
  const { port1, port2 } = new MessageChannel();
  client = port1;
  responses = [];
  client.on('message', (response: WorkerResponse) => responses.push(response));
  serveJobs(port2, { source, known: knownSettings(), snapshots: null });
}

const send = (request: WorkerRequest): void => client.postMessage(request);

async function close(): Promise<void> {
  const closed = once(client, 'close');
  send({ kind: 'close' });
  await closed;
}

const answerOf = (id: number): WorkerResponse | undefined =>
  responses.find((one) => one.kind !== 'progress' && one.id === id);

async function answerTo(id: number, job: Job): Promise<WorkerResponse> {
  send({ kind: 'job', id, job });
  for (;;) {
    const answer = answerOf(id);
    if (answer !== undefined) return answer;
    await once(client, 'message');
  }
}

const positionsJob = (last: number): Job => {
  const span: Span = { after: null, upTo: memoryPosition(last), events: last };
  return { kind: 'positions', work: { span, eventsBefore: 0, sizes: null } };
};

describe('serveJobs', () => {
  it('answers a job with what it found, as plain data', async () => {
    serve(new MemoryEventSource(events.filter((_, index) => index !== 3)));
    const answer = await answerTo(7, positionsJob(events.length));
    await close();
    expect(answer).toMatchObject({
      kind: 'done',
      id: 7,
      found: { findings: { counts: new Map([['position-gap', 1]]), kept: [{ revision: null }] } },
    });
  });

  it('reports how many events it has read before it answers', async () => {
    serve(new MemoryEventSource(events));
    await answerTo(1, positionsJob(events.length));
    await close();
    const kinds = responses.map(({ kind }) => kind);
    expect(kinds.indexOf('progress')).toBeLessThan(kinds.indexOf('done'));
    const read = responses.map((one) => (one.kind === 'progress' ? one.events : 0));
    expect(read.reduce((total, more) => total + more, 0)).toBe(events.length);
  });

  it('runs the accounts of a list', async () => {
    serve(new MemoryEventSource(events));
    const partition = { kind: 'range', from: '', to: null } as const;
    const work = { partition, upTo: memoryPosition(events.length), cuts: [] };
    const answer = await answerTo(1, { kind: 'accounts', work });
    await close();
    expect(answer).toMatchObject({ kind: 'done', found: { accounts: 3, events: events.length } });
  });

  it.each([
    [
      'a check that could not be made',
      new CannotCheckError('no server answers'),
      { cannotCheck: true, code: null, message: 'no server answers' },
    ],
    [
      'a refusal of the store',
      new StoreRefusedError('stream-deleted', 'it was deleted'),
      { cannotCheck: false, code: 'stream-deleted', message: 'it was deleted' },
    ],
    ['a bug', new TypeError('x is not a function'), { cannotCheck: false, code: null }],
    ['something thrown that is no error', 'oops', { cannotCheck: false, message: 'oops' }],
  ])('answers with the parts of an error: %s', async (_what, cause, parts) => {
    serve(new FailingSource(cause));
    const answer = await answerTo(2, positionsJob(1));
    await close();
    expect(answer).toMatchObject({ kind: 'failed', id: 2, ...parts });
    const stack = expect.stringContaining('serve-jobs.spec') as string;
    if (cause instanceof TypeError) expect(answer).toMatchObject({ stack });
  });

  it('goes on with the next job after one that failed', async () => {
    serve(new MemoryEventSource(events));
    expect(await answerTo(1, { kind: 'snapshots', work: { streams: [] } })).toMatchObject({
      kind: 'failed',
      message: 'a bug: no snapshots were opened for this job',
    });
    expect(await answerTo(2, positionsJob(events.length))).toMatchObject({ kind: 'done' });
    await close();
  });

  it('closes its source and its port when it is told to', async () => {
    const source = new ClosableSource(events);
    serve(source);
    await close();
    expect(source.isClosed).toBe(true);
  });
});
