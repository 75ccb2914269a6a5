import { credentials, type ClientDuplexStream } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { eventually, newStream, withServer } from './testing/client-fixtures.js';
import { code, shared, streams, StreamsClient } from './definitions.js';

const WRITE_TIMEOUT_MS = 120;

type Batch = ClientDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;

describe('the protocol server, called by raw BatchAppend,', () => {
  const on = withServer({ writeTimeoutMs: WRITE_TIMEOUT_MS, commitTimeoutMs: 5_000 });
  let client: InstanceType<typeof StreamsClient>;
  let batch: Batch;
  let answers: streams.BatchAppendResp[];
  let hasEnded: boolean;
  beforeEach(() => {
    client = new StreamsClient(`127.0.0.1:${on.server.port}`, credentials.createInsecure());
    batch = client.batchAppend();
    answers = [];
    hasEnded = false;
    batch.on('data', (answer: streams.BatchAppendResp) => void answers.push(answer));
    batch.on('end', () => (hasEnded = true));
    batch.on('error', () => {});
  });
  afterEach(() => client.close());

  const uuid = (id: string) => new shared.UUID().setString(id);
  const optionsFor = (stream: string) =>
    new streams.BatchAppendReq.Options()
      .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
      .setAny(new shared.Empty());
  const message = (headers: { readonly [name: string]: string }) => {
    const proposed = new streams.BatchAppendReq.ProposedMessage().setId(uuid(randomUUID()));
    for (const [name, value] of Object.entries(headers)) proposed.getMetadataMap().set(name, value);
    return proposed;
  };
  const sound = () => message({ type: 'test', 'content-type': 'application/json' });
  const part = (correlation: string, isFinal: boolean, messages = [sound()]) =>
    new streams.BatchAppendReq()
      .setCorrelationId(uuid(correlation))
      .setIsFinal(isFinal)
      .setProposedMessagesList(messages);
  const codesOf = () => answers.map((answer) => answer.getError()?.getCode());

  it('refuses a bad event by itself, and goes on with the others (23.10)', async () => {
    const stream = newStream();
    const bad = part(randomUUID(), true, [message({ type: 'test' })]).setOptions(
      optionsFor(stream),
    );
    batch.write(bad);
    batch.write(part(randomUUID(), true).setOptions(optionsFor(stream)));
    // The bad one is answered once more when the time for its parts is over.
    await eventually('all are answered', () => answers.length === 3);
    const { INVALID_ARGUMENT, DEADLINE_EXCEEDED } = code.Code;
    expect(codesOf()).toEqual([INVALID_ARGUMENT, undefined, DEADLINE_EXCEEDED]);
    expect(answers[0]?.getError()?.getMessage()).toBe('BadRequest');
    expect(on.server.log.streamOf(stream)).toHaveLength(1);
  });

  it('gives up an append whose last part does not come in time (23.10: 2 s)', async () => {
    const stream = newStream();
    const correlation = randomUUID();
    batch.write(part(correlation, false).setOptions(optionsFor(stream)));
    await eventually('it is answered', () => answers.length === 1);
    expect(codesOf()).toEqual([code.Code.DEADLINE_EXCEEDED]);
    batch.write(part(correlation, true));
    batch.write(part(randomUUID(), true).setOptions(optionsFor(stream)));
    await eventually('the next is answered', () => answers.length === 2);
    expect(on.server.log.streamOf(stream)).toHaveLength(1);
  });

  it('answers with the ids of the request, and answers calls in progress before it ends (23.10)', async () => {
    const stream = newStream();
    const correlation = randomUUID();
    on.server.faults.append = () => ({ kind: 'late-commit', afterMs: 60 });
    batch.write(part(correlation, false).setOptions(optionsFor(stream)));
    batch.write(part(correlation, true));
    batch.end();
    await eventually('it ends', () => hasEnded);
    on.server.faults.append = undefined;
    expect(answers).toHaveLength(1);
    const [answer] = answers;
    expect(answer?.getCorrelationId()?.getString()).toBe(correlation);
    const name = answer?.getStreamIdentifier()?.getStreamName_asU8() ?? [];
    expect(Buffer.from(name).toString()).toBe(stream);
    expect(answer?.getSuccess()?.getCurrentRevision()).toBe('1');
  });
});
