import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readConfiguration } from './configuration.js';
import { KAFKA_VARIABLES, kafkaOptions, type KafkaOptions } from './kafka-variables.js';

function settingsFrom(env: Record<string, string>): KafkaOptions {
  return kafkaOptions(readConfiguration(z.object(KAFKA_VARIABLES), env));
}

describe('The Kafka configuration', () => {
  it('needs only a broker', () => {
    expect(settingsFrom({ KAFKA_BROKERS: '127.0.0.1:9092' })).toEqual({
      brokers: ['127.0.0.1:9092'],
      clientId: 'points-ledger',
      tls: null,
      sasl: null,
    });
  });

  it('accepts several brokers, a client id, TLS and a login', () => {
    const folder = mkdtempSync(join(tmpdir(), 'points-ledger-tls-'));
    writeFileSync(join(folder, 'ca.pem'), 'the authority');
    expect(
      settingsFrom({
        KAFKA_BROKERS: 'one:9092, two:9092',
        KAFKA_CLIENT_ID: 'intake-1',
        KAFKA_TLS: 'on',
        KAFKA_TLS_CA_FILE: join(folder, 'ca.pem'),
        KAFKA_TLS_SERVER_NAME: 'kafka.internal',
        KAFKA_SASL_MECHANISM: 'scram-sha-512',
        KAFKA_SASL_USERNAME: 'points',
        KAFKA_SASL_PASSWORD: 'secret',
      }),
    ).toEqual({
      brokers: ['one:9092', 'two:9092'],
      clientId: 'intake-1',
      tls: { ca: 'the authority', serverName: 'kafka.internal' },
      sasl: { mechanism: 'scram-sha-512', username: 'points', password: 'secret' },
    });
    rmSync(folder, { recursive: true });
  });

  it('trusts the certificate authorities of the machine when TLS names no file', () => {
    expect(settingsFrom({ KAFKA_BROKERS: 'one:9092', KAFKA_TLS: 'on' }).tls).toEqual({});
  });

  it('is rejected with the names of invalid variables', () => {
    expect(() => settingsFrom({})).toThrow('KAFKA_BROKERS: is not set');
    expect(() => settingsFrom({ KAFKA_BROKERS: ' , ' })).toThrow(
      'KAFKA_BROKERS: must name at least one host:port',
    );
    expect(() =>
      settingsFrom({
        KAFKA_BROKERS: 'one:9092',
        KAFKA_TLS: 'on',
        KAFKA_TLS_KEY_FILE: 'nowhere.pem',
        KAFKA_SASL_MECHANISM: 'plain',
        KAFKA_SASL_USERNAME: 'points',
      }),
    ).toThrow(
      /KAFKA_TLS_KEY_FILE: names a file that cannot be read\n.*KAFKA_SASL_PASSWORD: must be set/,
    );
    expect(() =>
      settingsFrom({ KAFKA_BROKERS: 'one:9092', KAFKA_SASL_MECHANISM: 'gssapi' }),
    ).toThrow('KAFKA_SASL_MECHANISM: must be plain, scram-sha-256 or scram-sha-512');
  });
});
