import { kafkaLogger } from './kafka-logger.js';
import { createLog } from './log.js';

function open() {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    app: 'test',
    level: 'debug',
    destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { lines, write: kafkaLogger(log) };
}

describe('The log of the Kafka client', () => {
  it.each(['debug', 'info', 'warn'] as const)('keeps the level %s and its details', (level) => {
    const { lines, write } = open();
    write({ level, message: 'Starting', details: { groupId: 'g' } });
    expect(lines).toMatchObject([{ level, msg: 'kafka', text: 'Starting', groupId: 'g' }]);
  });

  it('writes an error as an external warning, because the client retries it', () => {
    const { lines, write } = open();
    write({
      level: 'error',
      message: 'Connection error',
      details: { broker: 'b:9092', error: 'connect ECONNREFUSED b:9092', stack: 'the stack' },
    });
    expect(lines).toMatchObject([
      {
        level: 'warn',
        msg: 'kafka',
        broker: 'b:9092',
        err: {
          type: 'KafkaJSClientError',
          message: 'Connection error: connect ECONNREFUSED b:9092',
        },
      },
    ]);
  });

  it('writes an error without details', () => {
    const { lines, write } = open();
    write({ level: 'error', message: 'Crash', details: {} });
    expect(lines).toMatchObject([{ level: 'warn', err: { message: 'Crash' } }]);
  });
});
