import { kafkaConfig } from './connection.js';
import type { KafkaLogEntry } from './log.js';

describe('the configuration of the client', () => {
  const plain = { brokers: ['one:9092', 'two:9092'], clientId: 'intake-1' };

  it('has the brokers and the client id, and limits every retry and wait', () => {
    expect(kafkaConfig(plain)).toMatchObject({
      brokers: ['one:9092', 'two:9092'],
      clientId: 'intake-1',
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      retry: { retries: 6, maxRetryTime: 1_000 },
    });
  });

  it('has neither TLS nor SASL unless they are configured', () => {
    expect(kafkaConfig({ ...plain, tls: null, sasl: null })).not.toHaveProperty('ssl');
    expect(kafkaConfig(plain)).not.toHaveProperty('sasl');
  });

  it('has TLS with the authorities of the machine or configured ones', () => {
    expect(kafkaConfig({ ...plain, tls: {} }).ssl).toEqual({});
    const tls = { ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 'kafka.internal' };
    expect(kafkaConfig({ ...plain, tls }).ssl).toEqual({
      ca: ['CA'],
      cert: 'CERT',
      key: 'KEY',
      servername: 'kafka.internal',
    });
  });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('has SASL with %s', (mechanism) => {
    const sasl = { mechanism, username: 'points', password: 'secret' };
    expect(kafkaConfig({ ...plain, sasl }).sasl).toEqual(sasl);
  });

  it('passes every log entry of kafkajs to the given log', () => {
    const entries: KafkaLogEntry[] = [];
    const config = kafkaConfig({ ...plain, log: (entry) => entries.push(entry) });
    config.logCreator?.(4)({
      namespace: 'Connection',
      level: 1,
      label: 'ERROR',
      log: { timestamp: 'now', logger: 'kafkajs', message: 'Connection error', broker: 'one:9092' },
    });
    expect(entries).toEqual([
      {
        level: 'error',
        message: 'Connection error',
        details: { namespace: 'Connection', broker: 'one:9092' },
      },
    ]);
  });
});
