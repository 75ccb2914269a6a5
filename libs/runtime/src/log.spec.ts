import { createLog, type Log } from './log.js';
import { NestLog } from './nest-log.js';

function logInto(lines: unknown[], level: 'info' | 'trace' = 'info'): Log {
  return createLog({
    app: 'test',
    level,
    destination: { write: (line) => lines.push(JSON.parse(line)) },
  });
}

describe('the log', () => {
  it('is one JSON object a line, with time, level and app', () => {
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
  ])('never holds %s', (address, left) => {
    const lines: { err?: { message: string }; where?: string }[] = [];
    logInto(lines).error(
      { err: new Error(`connect to "${address}" failed`), where: address },
      'away',
    );
    expect(lines[0]?.err?.message).toBe(`connect to "${left}" failed`);
    expect(lines[0]?.where).toBe(left);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('holds no password and no token under their names', () => {
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

  it('takes what Nest says, with a constant message', () => {
    const lines: unknown[] = [];
    const nest = new NestLog(logInto(lines, 'trace'));
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
