import { jest } from '@jest/globals';
import { kafkaLogger } from './kafka-logger.js';
import { createLog, type Log } from './log.js';
import { NestLogger } from './nest-logger.js';

function logInto(lines: unknown[], level: 'info' | 'trace' = 'info'): Log {
  return createLog({
    app: 'test',
    level,
    destination: { write: (line) => lines.push(JSON.parse(line)) },
  });
}

describe('The log', () => {
  it('writes one JSON object per line, with time, level and app', () => {
    const lines: unknown[] = [];
    logInto(lines).warn({ partition: 3 }, 'partition paused');
    expect(lines).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        app: 'test',
        pid: process.pid,
        partition: 3,
        msg: 'partition paused',
      },
    ]);
  });

  it.each([
    ['postgres://user:hunter2@db:5432/points?sslmode=require', '[connection string]'],
    ['postgresql://db/points', '[connection string]'],
    ['esdb+discover://admin:hunter2@node:2113?tls=false', '[connection string]'],
    ['kafka://user:hunter2@broker:9092', 'kafka://[removed]@broker:9092'],
    ['https://points:hunter2@idp/keys', 'https://[removed]@idp/keys'],
  ])('never contains %s', (address, left) => {
    const lines: { err?: { message: string }; where?: string }[] = [];
    logInto(lines).error(
      { err: new Error(`connect to "${address}" failed`), where: address },
      'away',
    );
    expect(lines[0]?.err?.message).toBe(`connect to "${left}" failed`);
    expect(lines[0]?.where).toBe(left);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('contains no password and no token', () => {
    const lines: unknown[] = [];
    logInto(lines).info(
      {
        password: 'hunter2',
        sasl: { password: 'hunter2' },
        req: { headers: { authorization: 'hunter2' } },
      },
      'options',
    );
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('contains Nest’s own messages, with a constant msg', () => {
    const lines: unknown[] = [];
    const nest = new NestLogger(logInto(lines, 'trace'));
    nest.log('Mapped {/v1, GET} route', 'RouterExplorer');
    nest.error(new Error('broken'), 'the stack', 'Exceptions');
    nest.verbose('details');
    expect(lines).toMatchObject([
      { level: 'info', msg: 'nest', text: 'Mapped {/v1, GET} route', context: 'RouterExplorer' },
      {
        level: 'error',
        msg: 'nest',
        err: { message: 'broken' },
        stack: 'the stack',
        context: 'Exceptions',
      },
      { level: 'trace', msg: 'nest', text: 'details' },
    ]);
  });
});

/** The errors with which different parts report an unavailable store. */
function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
}

describe('An external error in the log', () => {
  const notAnswered = (cause: Error) =>
    Object.assign(new Error('The store could not be read', { cause }), {
      name: 'RetryableCommandError',
    });
  const lines: { msg: string; err?: { message: string; stack?: string; code?: string } }[] = [];
  beforeEach(() => {
    jest.useFakeTimers();
    lines.length = 0;
  });
  afterEach(() => jest.useRealTimers());

  it('is written with its causes and without a stack', () => {
    logInto(lines).warn({ stream: 'x', err: notAnswered(refused()) }, 'read failed');
    expect(lines).toMatchObject([
      {
        msg: 'read failed',
        stream: 'x',
        err: {
          type: 'RetryableCommandError',
          message: 'The store could not be read: connect ECONNREFUSED 127.0.0.1:5432',
          code: 'ECONNREFUSED',
        },
      },
    ]);
    expect(lines[0]?.err).not.toHaveProperty('stack');
    expect(JSON.stringify(lines[0]).length).toBeLessThan(400);
  });

  it('is written once, wherever and however often it occurs, and then counted', () => {
    const log = logInto(lines);
    log.warn({ err: refused() }, 'store connection lost');
    log.warn({ err: notAnswered(refused()) }, 'projection interrupted');
    for (let partition = 0; partition < 6; partition += 1) {
      log.warn({ partition, err: notAnswered(refused()) }, 'retrying partition');
    }
    expect(lines.map(({ msg }) => msg)).toEqual(['store connection lost']);
    jest.advanceTimersByTime(30_000);
    expect(lines.slice(1)).toMatchObject([
      {
        level: 'warn',
        msg: 'errors repeated',
        cause: 'connect ECONNREFUSED 127.0.0.1:5432',
        lines: 7,
        suppressed: { 'projection interrupted': 1, 'retrying partition': 6 },
      },
    ]);
  });

  it('is written at once when it recurs after it was over', () => {
    const log = logInto(lines);
    log.warn({ err: refused() }, 'store connection lost');
    jest.advanceTimersByTime(30_000);
    log.warn({ err: refused() }, 'store connection lost');
    expect(lines).toHaveLength(2);
  });

  it('is written each time, with its stack, at debug level', () => {
    const log = createLog({
      app: 'test',
      level: 'debug',
      destination: { write: (line) => lines.push(JSON.parse(line) as never) },
    });
    log.warn({ err: notAnswered(refused()) }, 'read failed');
    log.warn({ err: notAnswered(refused()) }, 'read failed');
    expect(lines).toHaveLength(2);
    expect(lines[1]?.err?.stack).toMatch(/caused by: Error: connect ECONNREFUSED/);
  });

  it('is written each time at the levels error and fatal', () => {
    const log = logInto(lines);
    log.warn({ err: refused() }, 'read failed');
    log.error({ err: refused() }, 'consumer crashed');
    log.fatal({ err: refused() }, 'cannot go on');
    expect(lines.map(({ msg }) => msg)).toEqual([
      'read failed',
      'consumer crashed',
      'cannot go on',
    ]);
    expect(lines.map(({ err }) => err?.stack !== undefined)).toEqual([false, false, true]);
  });

  it('is distinguished from a bug, which is written each time with its stack', () => {
    const log = logInto(lines);
    log.warn({ err: new TypeError('x of undefined') }, 'projection interrupted');
    log.warn({ err: new TypeError('x of undefined') }, 'projection interrupted');
    expect(lines).toHaveLength(2);
    expect(lines[0]?.err?.stack).toContain('log.spec');
  });

  it.each([
    ['a database that starts', Object.assign(new Error('starting up'), { code: '57P03' })],
    ['a full disk of the database', Object.assign(new Error('no space'), { code: '53100' })],
    ['a lost connection of pg', new Error('Connection terminated unexpectedly')],
    ['an unavailable cluster', Object.assign(new Error('14 UNAVAILABLE'), { code: 14 })],
    ['every address of a name', new AggregateError([refused()])],
    [
      'an error of the Kafka client',
      Object.assign(new Error('x'), { name: 'KafkaJSConnectionError' }),
    ],
  ])('is recognised: %s', (_what, err) => {
    const log = logInto(lines);
    log.warn({ err }, 'interrupted');
    log.warn({ err }, 'interrupted');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.err?.message).not.toBe('');
    expect(lines[0]?.err).not.toHaveProperty('stack');
  });

  it('is the same for all ids and ports in its message, and few are remembered', () => {
    const log = logInto(lines);
    const about = (text: string) => Object.assign(new Error(text), { code: 'ECONNRESET' });
    log.warn({ err: about('No answer for points-11111111-1111-4111-8111-111111111111') }, 'a');
    log.warn({ err: about('No answer for points-22222222-2222-4222-8222-222222222222') }, 'a');
    expect(lines).toHaveLength(1);
    for (let kind = 0; kind < 300; kind += 1) {
      log.warn({ err: about(`x${'y'.repeat(kind)}`) }, 'b');
    }
    expect(jest.getTimerCount()).toBeLessThanOrEqual(100);
    expect(lines).toHaveLength(302);
  });

  it('of the Kafka client that is reported in several parts is written once', () => {
    const say = kafkaLogger(logInto(lines));
    const cause = 'Connection error: connect ECONNREFUSED 127.0.0.1:9092';
    say({ level: 'error', message: cause, details: { stack: 'Error: …\n at net', broker: 'a' } });
    say({ level: 'error', message: `Failed to connect to seed broker: ${cause}`, details: {} });
    say({
      level: 'error',
      message: 'Response X',
      details: { error: 'The coordinator is loading' },
    });
    say({ level: 'info', message: 'Stopped', details: { groupId: 'g' } });
    expect(lines).toMatchObject([
      { level: 'warn', msg: 'kafka', broker: 'a', err: { message: cause } },
      { level: 'warn', msg: 'kafka', err: { message: 'Response X: The coordinator is loading' } },
      { level: 'info', msg: 'kafka', text: 'Stopped', groupId: 'g' },
    ]);
    expect(JSON.stringify(lines)).not.toContain('at net');
  });
});
